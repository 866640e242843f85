-- AlterTable
ALTER TABLE "pack" ADD COLUMN     "fingerprint" TEXT,
ADD COLUMN     "installable" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "latest_version" TEXT,
ADD COLUMN     "needs_secrets" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "reasons" JSONB NOT NULL DEFAULT '[]',
ADD COLUMN     "version_count" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "plan" (
    "hash" TEXT NOT NULL,
    "facts" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "plan_pkey" PRIMARY KEY ("hash")
);

-- CreateIndex
CREATE INDEX "plan_created_at_idx" ON "plan"("created_at");
