-- AlterTable
ALTER TABLE "operation" ADD COLUMN     "fence" BIGINT NOT NULL DEFAULT 0;

-- CreateIndex
CREATE INDEX "operation_fence_idx" ON "operation"("fence");
