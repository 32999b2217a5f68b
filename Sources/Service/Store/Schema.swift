/// The tables, by version. Times are milliseconds since 1970, money whole minor units.
enum Schema {
  /// Each step goes from one version to the next and is never changed once released.
  private static let steps = [
    """
    CREATE TABLE account (
      id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, email TEXT NOT NULL DEFAULT '',
      created INTEGER NOT NULL);
    CREATE TABLE api_key (
      id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account, name TEXT NOT NULL,
      prefix TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, scopes TEXT NOT NULL, dialects TEXT NOT NULL,
      created INTEGER NOT NULL, expires INTEGER, revoked INTEGER, last_used INTEGER);
    CREATE TABLE wallet (
      account TEXT NOT NULL REFERENCES account, unit TEXT NOT NULL,
      balance INTEGER NOT NULL DEFAULT 0 CHECK (balance >= 0), PRIMARY KEY (account, unit));
    CREATE TABLE blob (
      sha256 TEXT PRIMARY KEY, bytes INTEGER NOT NULL, created INTEGER NOT NULL);
    CREATE TABLE model (
      id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account,
      original TEXT NOT NULL REFERENCES blob, format TEXT NOT NULL,
      blob TEXT REFERENCES blob, title TEXT NOT NULL DEFAULT '', sku TEXT NOT NULL DEFAULT '',
      tags TEXT NOT NULL DEFAULT '[]', stats TEXT NOT NULL DEFAULT 'null',
      created INTEGER NOT NULL);
    CREATE UNIQUE INDEX model_once ON model (account, original);
    CREATE INDEX model_original ON model (original);
    CREATE INDEX model_blob ON model (blob);
    CREATE INDEX model_list ON model (account, created);
    CREATE TABLE model_tag (
      model TEXT NOT NULL REFERENCES model, tag TEXT NOT NULL, PRIMARY KEY (model, tag));
    CREATE INDEX model_of_tag ON model_tag (tag, model);
    CREATE TABLE overlay (
      id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account,
      blob TEXT NOT NULL REFERENCES blob, format TEXT NOT NULL, layer TEXT NOT NULL,
      name TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
      created INTEGER NOT NULL, deleted INTEGER);
    CREATE INDEX overlay_blob ON overlay (blob);
    CREATE TABLE job (
      id TEXT PRIMARY KEY, public_id TEXT NOT NULL, account TEXT NOT NULL REFERENCES account,
      dialect TEXT NOT NULL, kind TEXT NOT NULL, model TEXT, batch TEXT,
      request TEXT NOT NULL, plan TEXT NOT NULL,
      state TEXT NOT NULL DEFAULT 'queued', phase INTEGER NOT NULL DEFAULT 0,
      progress INTEGER NOT NULL DEFAULT 0, attempt INTEGER NOT NULL DEFAULT 0,
      crashes INTEGER NOT NULL DEFAULT 0, lease_owner TEXT, lease_until INTEGER,
      not_before INTEGER NOT NULL DEFAULT 0, priority INTEGER NOT NULL DEFAULT 0,
      price INTEGER NOT NULL, unit TEXT NOT NULL, result TEXT NOT NULL DEFAULT 'null',
      error_kind TEXT, error_code TEXT, error_message TEXT,
      created INTEGER NOT NULL, started INTEGER, finished INTEGER, expires INTEGER,
      UNIQUE (dialect, public_id));
    CREATE INDEX job_queue ON job (account, priority DESC, created, not_before)
      WHERE state = 'queued';
    CREATE INDEX job_running ON job (account) WHERE state = 'running';
    CREATE INDEX job_count ON job (state, kind);
    CREATE INDEX job_list ON job (account, dialect, created);
    CREATE INDEX job_states ON job (account, dialect, state, phase, created);
    CREATE INDEX job_of_model ON job (model, created);
    CREATE TABLE output (
      job TEXT NOT NULL REFERENCES job, role TEXT NOT NULL, blob TEXT NOT NULL REFERENCES blob,
      name TEXT NOT NULL, media_type TEXT NOT NULL, PRIMARY KEY (job, role));
    CREATE INDEX output_blob ON output (blob);
    CREATE TABLE ledger (
      id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, unit TEXT NOT NULL,
      job TEXT REFERENCES job, kind TEXT NOT NULL, amount INTEGER NOT NULL,
      balance_after INTEGER NOT NULL, created INTEGER NOT NULL, note TEXT NOT NULL DEFAULT '',
      FOREIGN KEY (account, unit) REFERENCES wallet);
    CREATE UNIQUE INDEX ledger_once ON ledger (job, kind) WHERE job IS NOT NULL AND kind != 'topup';
    CREATE INDEX ledger_list ON ledger (account, unit, id);
    -- the ledger is only appended to
    CREATE TABLE idempotency (
      account TEXT NOT NULL, key TEXT NOT NULL, route TEXT NOT NULL, request TEXT NOT NULL,
      status INTEGER NOT NULL, headers TEXT NOT NULL, body TEXT NOT NULL,
      expires INTEGER NOT NULL, PRIMARY KEY (account, key));
    """,
    // Pictures that only jobs need, news for others, uploads in parts, and who works.
    """
    CREATE TABLE job_input (
      job TEXT NOT NULL REFERENCES job, blob TEXT NOT NULL REFERENCES blob,
      PRIMARY KEY (job, blob));
    CREATE INDEX job_input_blob ON job_input (blob);
    CREATE INDEX job_expiry ON job (dialect, finished) WHERE state = 'succeeded';
    ALTER TABLE account ADD COLUMN webhook_secret TEXT NOT NULL DEFAULT '';
    CREATE TABLE webhook (
      id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account, url TEXT NOT NULL,
      created INTEGER NOT NULL, deleted INTEGER);
    CREATE INDEX webhook_list ON webhook (account, created) WHERE deleted IS NULL;
    CREATE TABLE job_webhook (
      job TEXT NOT NULL REFERENCES job, url TEXT NOT NULL, is_sync INTEGER NOT NULL,
      PRIMARY KEY (job, url));
    CREATE TABLE webhook_delivery (
      id TEXT PRIMARY KEY, job TEXT NOT NULL REFERENCES job, url TEXT NOT NULL,
      is_terminal INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'waiting',
      attempt INTEGER NOT NULL DEFAULT 0, next_at INTEGER NOT NULL, http_status INTEGER,
      last_error TEXT, created INTEGER NOT NULL, UNIQUE (job, url, is_terminal));
    CREATE INDEX webhook_due ON webhook_delivery (next_at) WHERE state IN ('waiting', 'sending');
    CREATE TABLE upload (
      id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account, bytes INTEGER NOT NULL,
      received INTEGER NOT NULL DEFAULT 0, title TEXT NOT NULL, created INTEGER NOT NULL);
    CREATE TABLE worker (owner TEXT PRIMARY KEY, seen INTEGER NOT NULL);
    """,
    // What all processes of a service know and nobody else.
    """
    CREATE TABLE secret (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    """,
  ]

  /// Where each database says in its own words that the ledger is only appended to.
  static let ledgerGuard = "-- the ledger is only appended to"

  static func migrate(_ database: Connection) throws {
    let engine = database.engine
    // One process at a time; the others then find the work done.
    try engine.script(engine.begin)
    do {
      let version = try engine.version()
      guard version <= steps.count else {
        throw StoreError(
          kind: .other,
          message: "the data were written by a newer Maquette (version \(version) of the tables)")
      }
      for step in steps.dropFirst(version) { try engine.script(engine.spoken(step)) }
      try engine.setVersion(steps.count)
      try engine.script("COMMIT")
    } catch {
      try? engine.script("ROLLBACK")
      throw error
    }
  }
}
