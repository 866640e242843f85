-- AlterTable
ALTER TABLE "install" ADD COLUMN     "settled_alarms" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- AlterTable
ALTER TABLE "pack_version" ADD COLUMN     "moved_at" TIMESTAMPTZ(3);
