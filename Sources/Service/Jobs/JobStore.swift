import Foundation
import Settings

/// Jobs in the database. Every change of state is one guarded statement, so that of two who try the
/// same only one succeeds, and what goes with it (money, outputs) is in the same transaction.
enum JobStore {
  static let maximumAttempts = 3
  /// How long a lease lasts that nobody renews. Tests that end workers wait for it, and shorten it.
  static let leaseMilliseconds =
    ProcessInfo.processInfo.environment["MAQUETTE_LEASE_SECONDS"].flatMap { Int($0) }
    .map { max(6, $0) * 1000 } ?? 60_000
  /// A job that ends its process this often is itself at fault.
  private static let maximumCrashes = 2

  /// Waits between attempts are seconds: one that seems longer is of a clock that was put back since.
  private static let longestWait = 120_000
  static func isDue(_ now: String) -> String {
    "(not_before <= \(now) OR not_before > \(now) + \(longestWait))"
  }

  static let columns = """
    id, public_id, account, dialect, kind, model, batch, request, plan, state, phase, progress,
    attempt, crashes, priority, price, unit, result, error_kind, error_code, error_message,
    created, finished
    """

  static func job(_ row: Row) throws -> Job {
    func json(_ column: Int32) throws -> JSONValue { try KnownJSON.value(row.text(column)) }
    var job = Job(
      id: row.text(0), publicID: row.text(1), account: row.text(2), dialect: row.text(3),
      kind: row.text(4), model: row.optionalText(5), batch: row.optionalText(6),
      request: try json(7), planText: row.text(8), unit: row.text(16))
    job.state = Job.State(rawValue: row.text(9)) ?? .failed
    job.phase = Job.Phase(rawValue: row.int(10)) ?? .waiting
    (job.progress, job.attempt, job.crashes) = (row.int(11), row.int(12), row.int(13))
    (job.priority, job.price, job.result) = (row.int(14), row.int(15), try json(17))
    if let kind = row.optionalText(18).flatMap(Job.ErrorKind.init) {
      job.failure = Job.Failure(kind: kind, code: row.text(19), message: row.text(20))
    }
    (job.created, job.finished) = (row.int(21), row.optionalInt(22))
    return job
  }

  // MARK: Finding

  static func find(
    dialect: String, publicID: String, account: String?, _ database: Connection
  ) throws -> Job? {
    let owner = account == nil ? "" : " AND account = ?"
    return try database.first(
      "SELECT \(columns) FROM job WHERE dialect = ? AND public_id = ?\(owner)",
      [.text(dialect), .text(publicID)] + (account.map { [.text($0)] } ?? []), job)
  }

  static func find(id: String, _ database: Connection) throws -> Job? {
    try database.first("SELECT \(columns) FROM job WHERE id = ?", [.text(id)], job)
  }

  /// Of one dialect, or of all; the newest thousand.
  static func of(
    model: String, dialect: String? = nil, _ database: Connection
  ) throws -> [Job] {
    let filter = dialect == nil ? "" : " AND dialect = ?"
    return try database.rows(
      "SELECT \(columns) FROM job WHERE model = ?\(filter) ORDER BY created DESC, rowid DESC LIMIT 1000",
      [.text(model)] + (dialect.map { [.text($0)] } ?? []), job
    ).reversed()
  }

  /// All that wait for their turn.
  static func queued(of model: String, _ database: Connection) throws -> [Job] {
    try database.rows(
      "SELECT \(columns) FROM job WHERE model = ? AND state = 'queued'", [.text(model)], job)
  }

  /// Names of the work folders of jobs that run.
  static func running(_ database: Connection) throws -> Set<String> {
    Set(
      try database.rows("SELECT id, attempt FROM job WHERE state = 'running'") {
        "\($0.text(0))-\($0.int(1))"
      })
  }

  static func list(
    account: String, dialect: String, model: String? = nil, states: [Job.State] = [],
    phases: [Job.Phase] = [], before: String? = nil, limit: Int, offset: Int = 0,
    _ database: Connection
  ) throws -> (jobs: [Job], total: Int) {
    var filter = "account = ? AND dialect = ?"
    var values: [SQLValue] = [.text(account), .text(dialect)]
    if let model {
      filter += " AND model = ?"
      values.append(.text(model))
    }
    if !states.isEmpty {
      filter += " AND state IN (\(states.map { "'\($0.rawValue)'" }.joined(separator: ",")))"
    }
    if !phases.isEmpty {
      filter += " AND phase IN (\(phases.map { "\($0.rawValue)" }.joined(separator: ",")))"
    }
    let total = try database.first("SELECT COUNT(*) FROM job WHERE \(filter)", values) { $0.int(0) }
    // Identifiers are in the order of time.
    if let before {
      filter += " AND id < ?"
      values.append(.text(before))
    }
    let order = before == nil ? "created DESC, rowid DESC" : "id DESC"
    let jobs = try database.rows(
      "SELECT \(columns) FROM job WHERE \(filter) ORDER BY \(order) LIMIT ? OFFSET ?",
      values + [.integer(limit), .integer(offset)], job)
    return (jobs, total ?? 0)
  }

  static func outputs(of job: String, _ database: Connection) throws -> [Job.Output] {
    try database.rows(
      """
      SELECT o.role, o.blob, o.name, o.media_type, b.bytes FROM output o JOIN blob b ON b.sha256 = o.blob
      WHERE o.job = ? ORDER BY o.rowid
      """, [.text(job)]
    ) { row in
      Job.Output(
        role: row.text(0), blob: row.text(1), name: row.text(2), mediaType: row.text(3),
        bytes: row.int(4))
    }
  }

  // MARK: Changes of state

  /// Puts a job into the queue and takes its price.
  static func submit(_ job: Job, _ ledger: Ledger, _ database: Connection) throws {
    try database.run(
      """
      INSERT INTO job (id, public_id, account, dialect, kind, model, batch, request, plan, priority,
        price, unit, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(job.id), .text(job.publicID), .text(job.account), .text(job.dialect),
        .text(job.kind), SQLValue(job.model), SQLValue(job.batch), .text(job.request.text()),
        .text(job.planText), .integer(job.priority), .integer(job.price),
        .text(job.unit), .integer(job.created),
      ])
    for blob in Set(job.inputs) {
      try database.run(
        "INSERT INTO job_input (job, blob) VALUES (?, ?)", [.text(job.id), .text(blob)])
    }
    try WebhookStore.subscribe(job, database)
    try database.engine.announceWork()
    try ledger.precharge(job: job.id, job.account, job.unit, job.price, database)
  }

  /// Leases the job whose turn it is: of the account with the fewest running, the one with the highest
  /// priority that waits longest.
  ///
  /// - Parameter milliseconds: until the lease runs out.
  static func claim(
    _ owner: String, for milliseconds: Int = leaseMilliseconds, _ database: Connection
  ) throws -> Job? {
    let now = Clock.now()
    // The jobs of one may be looked at by others just now; then the next one's turn has come.
    let accounts = try database.rows(
      """
      SELECT id FROM account q WHERE EXISTS (SELECT 1 FROM job
        WHERE state = 'queued' AND account = q.id AND \(isDue("?1")))
      ORDER BY (SELECT COUNT(*) FROM job r WHERE r.state = 'running' AND r.account = q.id),
        (SELECT created FROM job WHERE state = 'queued' AND account = q.id
          ORDER BY priority DESC, created LIMIT 1)
      LIMIT 8
      """, [.integer(now)]
    ) { $0.text(0) }
    let until = try database.engine.leaseClock() + milliseconds
    for account in accounts {
      if let job = try claim(owner, account, until: until, now, database) { return job }
    }
    return nil
  }

  private static func claim(
    _ owner: String, _ account: String, until: Int, _ now: Int, _ database: Connection
  ) throws -> Job? {
    try database.first(
      """
      UPDATE job SET state = 'running', attempt = attempt + 1, lease_owner = ?, lease_until = ?,
        started = COALESCE(started, ?), phase = MAX(phase, 1)
      WHERE id = (SELECT id FROM job WHERE state = 'queued' AND account = ? AND \(isDue("?"))
        ORDER BY priority DESC, created, rowid LIMIT 1 \(database.engine.skippingLocked))
      RETURNING \(columns)
      """,
      [
        .text(owner), .integer(until), .integer(now), .text(account), .integer(now), .integer(now),
      ], job)
  }

  /// Whether any job could be leased.
  static func hasWork(_ database: Connection) throws -> Bool {
    try database.first(
      "SELECT 1 FROM job WHERE state = 'queued' AND \(isDue("?1")) LIMIT 1",
      [.integer(Clock.now())]
    ) { _ in true } ?? false
  }

  /// The job that runs under this lease.
  static func held(by owner: String, _ database: Connection) throws -> Job? {
    try database.first(
      "SELECT \(columns) FROM job WHERE state = 'running' AND lease_owner = ?", [.text(owner)], job)
  }

  /// Whether the lease is still held; that is where a cancelled job is noticed.
  static func isHeld(_ lease: Lease, _ database: Connection) throws -> Bool {
    try database.first(
      """
      SELECT 1 FROM job WHERE id = ? AND lease_owner = ? AND state = 'running' \(database.engine.rowLock)
      """, [.text(lease.job), .text(lease.owner)]
    ) { _ in true } ?? false
  }

  /// Renews the lease and tells how far the job is; false where it is no longer held.
  static func heartbeat(
    _ lease: Lease, phase: Job.Phase, progress: Int, _ database: Connection
  ) throws -> Bool {
    try database.run(
      """
      UPDATE job SET lease_until = ?, phase = MAX(phase, ?), progress = MAX(progress, ?)
      WHERE id = ? AND lease_owner = ? AND state = 'running'
      """,
      [
        .integer(try database.engine.leaseClock() + leaseMilliseconds), .integer(phase.rawValue),
        .integer(min(progress, 99)), .text(lease.job), .text(lease.owner),
      ]) > 0
  }

  /// Takes in a file of a job that is still held.
  static func keep(_ output: Job.Output, of lease: Lease, _ database: Connection) throws {
    guard try isHeld(lease, database) else { return }
    try BlobStore.record(output.blob, bytes: output.bytes, database)
    // A second attempt may make the same file anew; what was handed out once stays.
    try database.run(
      """
      INSERT INTO output (job, role, blob, name, media_type) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (job, role) DO NOTHING
      """,
      [
        .text(lease.job), .text(output.role), .text(output.blob), .text(output.name),
        .text(output.mediaType),
      ])
  }

  /// Ends an attempt, however it ended. Where the lease is no longer held, nothing happens.
  static func finish(
    _ lease: Lease, _ ending: JobProcess.Ending, _ database: Connection
  ) throws {
    guard let job = try find(id: lease.job, database) else { return }
    switch ending {
    case .done(let result):
      let seconds = result["seconds"]?.double ?? 0
      let price = lease.plan.meter?.price(seconds: seconds) ?? job.price
      _ = try succeed(job, lease, result, price: price, database)
    case .failed(let failure):
      try fail(job, lease, failure, crashed: false, database)
    case .crashed(let how):
      let failure = Job.Failure(kind: .system, code: "crashed", message: how)
      try fail(job, lease, failure, crashed: true, database)
    }
  }

  /// Ends a job well: state and settlement at once. False where the lease is no longer held.
  ///
  /// - Parameter price: what it cost in the end; never more than was taken before.
  private static func succeed(
    _ job: Job, _ lease: Lease, _ result: JSONValue, price: Int, _ database: Connection
  ) throws -> Bool {
    guard
      try database.run(
        """
        UPDATE job SET state = 'succeeded', progress = 100, finished = ?, result = ?,
          lease_owner = NULL, lease_until = NULL
        WHERE id = ? AND lease_owner = ? AND state = 'running'
        """, [.integer(Clock.now()), .text(result.text()), .text(job.id), .text(lease.owner)]) > 0
    else { return false }
    KillPoint.pass("between-outputs-and-settlement")
    // The model before the wallet, as those do it who submit.
    try ModelStore.learn(
      from: job, outputs: try outputs(of: job.id, database), result: result, database)
    try Ledger.settle(job, final: price, database)
    try ended(job.id, database)
    return true
  }

  /// Ends an attempt badly. What is the input's fault ends the job; what is ours is tried again.
  private static func fail(
    _ job: Job, _ lease: Lease, _ failure: Job.Failure, crashed: Bool, _ database: Connection
  ) throws {
    guard try isHeld(lease, database) else { return }
    try giveUp(job, by: lease.owner, failure, crashed: crashed, database)
  }

  /// Gives a job back untouched, where its worker is told to end.
  static func release(_ lease: Lease, _ database: Connection) throws {
    try database.run(
      """
      UPDATE job SET state = 'queued', attempt = attempt - 1, lease_owner = NULL, lease_until = NULL
      WHERE id = ? AND lease_owner = ? AND state = 'running'
      """, [.text(lease.job), .text(lease.owner)])
    try database.engine.announceWork()
  }

  private static func giveUp(
    _ job: Job, by owner: String, _ failure: Job.Failure, crashed: Bool, _ database: Connection
  ) throws {
    let crashes = job.crashes + (crashed ? 1 : 0)
    var failure = failure
    if crashes >= maximumCrashes {
      failure = Job.Failure(
        kind: .input, code: "quarantined",
        message: "the job ended its process \(crashes) times and is not tried again: "
          + failure.message)
    }
    if failure.kind == .system && job.attempt < maximumAttempts {
      // 5 s, 20 s: what was a hiccup is over, what is not does not spin.
      let wait = 5_000 << (2 * (job.attempt - 1))
      try database.run(
        """
        UPDATE job SET state = 'queued', lease_owner = NULL, lease_until = NULL, crashes = ?,
          not_before = ? WHERE id = ? AND lease_owner = ? AND state = 'running'
        """,
        [.integer(crashes), .integer(Clock.now() + wait), .text(job.id), .text(owner)])
      return
    }
    try end(job, as: .failed, failure, heldBy: owner, database)
  }

  /// Ends a job that waits or runs; false where it has ended already.
  static func cancel(_ job: Job, _ database: Connection) throws -> Bool {
    try end(
      job, as: .cancelled, Job.Failure(kind: .input, code: "cancelled", message: "cancelled"),
      database)
  }

  /// - Parameter owner: who must hold it, where it is no matter of its account.
  @discardableResult static func end(
    _ job: Job, as state: Job.State, _ failure: Job.Failure, heldBy owner: String? = nil,
    _ database: Connection
  ) throws -> Bool {
    let held = owner == nil ? "" : " AND lease_owner = ?"
    guard
      try database.run(
        """
        UPDATE job SET state = ?, finished = ?, error_kind = ?, error_code = ?, error_message = ?,
          lease_owner = NULL, lease_until = NULL
        WHERE id = ? AND state IN ('queued', 'running')\(held)
        """,
        [
          .text(state.rawValue), .integer(Clock.now()), .text(failure.kind.rawValue),
          .text(failure.code), .text(failure.message), .text(job.id),
        ] + (owner.map { [.text($0)] } ?? [])) > 0
    else { return false }
    try Ledger.refund(job, note: failure.code, database)
    try ended(job.id, database)
    return true
  }

  /// What goes with every end.
  private static func ended(_ job: String, _ database: Connection) throws {
    try database.run("DELETE FROM job_input WHERE job = ?", [.text(job)])
    try WebhookStore.announce(job, database)
  }
}
