-- AlterTable
ALTER TABLE "pack" ADD COLUMN     "looked_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "pack_version" ADD COLUMN     "attached_at" TIMESTAMPTZ(3),
ADD COLUMN     "attached_by" TEXT,
ADD COLUMN     "attached_raw" TEXT,
ADD COLUMN     "missing_looks" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "source" ADD COLUMN     "cancel_requested_at" TIMESTAMPTZ(3),
ADD COLUMN     "not_before" TIMESTAMPTZ(3),
ADD COLUMN     "npm_credential" BYTEA,
ADD COLUMN     "npm_credential_key" TEXT,
ADD COLUMN     "poller_id" TEXT,
ADD COLUMN     "poller_until" TIMESTAMPTZ(3),
ADD COLUMN     "progress" JSONB;
