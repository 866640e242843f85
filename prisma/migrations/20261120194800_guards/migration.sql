-- What the Prisma schema cannot say: rules that must hold whatever code runs.

-- Two admins, one install: the second request fails in the database, not in a check that can race.
CREATE UNIQUE INDEX "operation_one_open_per_install" ON "operation" ("install_id")
	WHERE "state" IN ('queued', 'running');

-- A release name is taken in its namespace until the install is removed.
CREATE UNIQUE INDEX "install_one_live_per_release" ON "install" ("target", "namespace", "release")
	WHERE "removed_at" IS NULL;

-- The audit trail only grows. Whoever owns the tables can still drop the triggers; the hash chain shows what they did.
CREATE FUNCTION "audit_event_is_append_only"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'audit_event is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END;
$$;

CREATE TRIGGER "audit_event_no_change" BEFORE UPDATE OR DELETE ON "audit_event"
	FOR EACH ROW EXECUTE FUNCTION "audit_event_is_append_only"();

CREATE TRIGGER "audit_event_no_truncate" BEFORE TRUNCATE ON "audit_event"
	FOR EACH STATEMENT EXECUTE FUNCTION "audit_event_is_append_only"();

-- Where the chain starts (lib/audit/chain.ts, GENESIS).
INSERT INTO "audit_head" ("id", "seq", "hash")
VALUES (1, 0, 'sha256:0000000000000000000000000000000000000000000000000000000000000000');
