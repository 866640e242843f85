-- Charts and npm packages are compressed already: trying it once more costs a first sync a quarter of what saving them
-- takes and gains nothing. What is stored already stays as it is; both are read alike.
ALTER TABLE "artifact" ALTER COLUMN "bytes" SET STORAGE EXTERNAL;
