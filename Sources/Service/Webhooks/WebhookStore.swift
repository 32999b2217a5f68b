import Settings

/// Who is to be told of jobs, and what was told. A delivery is made in the transaction that ends its job, so
/// that there is exactly one for each job and address; sending it may take several attempts, all with
/// its id.
enum WebhookStore {
  struct Delivery: Sendable {
    let id, job, account, url: String
    let isTerminal: Bool
    /// Of those that failed one after another, this one with them.
    let attempt: Int
    let began: Int
  }

  /// Seconds before each further attempt; then it is given up.
  static let retrySeconds = [10, 60, 300, 1800, 7200, 21_600, 43_200]
  /// Of the news that are sent while a job runs.
  static let syncSeconds = 10
  /// An account tells no more addresses.
  static let most = 20
  /// So long a sender has an attempt to itself.
  private static let leaseMilliseconds = 30_000

  // MARK: With jobs

  static func subscribe(_ job: Job, _ database: Connection) throws {
    guard let webhook = job.webhook else { return }
    try database.run(
      "INSERT INTO job_webhook (job, url, is_sync) VALUES (?, ?, ?)",
      [.text(job.id), .text(webhook.url), .integer(webhook.isSync ? 1 : 0)])
    if webhook.isSync {
      try add(job.id, webhook.url, isTerminal: false, database)
    }
  }

  /// Queues the one event of a job that has ended; news on the way are then of no interest any more.
  static func announce(_ job: String, _ database: Connection) throws {
    try database.run(
      """
      UPDATE webhook_delivery SET state = 'overtaken'
      WHERE job = ? AND is_terminal = 0 AND state = 'waiting'
      """,
      [.text(job)])
    let urls = try database.rows(
      """
      SELECT url FROM job_webhook WHERE job = ?1
      UNION SELECT w.url FROM webhook w JOIN job j ON j.account = w.account
        WHERE j.id = ?1 AND w.deleted IS NULL
      """, [.text(job)]
    ) { $0.text(0) }
    for url in urls { try add(job, url, isTerminal: true, database) }
  }

  private static func add(
    _ job: String, _ url: String, isTerminal: Bool, _ database: Connection
  ) throws {
    try database.run(
      """
      INSERT INTO webhook_delivery (id, job, url, is_terminal, next_at, created)
      VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """,
      [
        .text(newID()), .text(job), .text(url),
        .integer(isTerminal ? 1 : 0), .integer(Clock.now()), .integer(Clock.now()),
      ])
  }

  // MARK: Sending

  /// What waits longer than any wait is of a clock that was put back since. Those under way are due again when
  /// their lease is over. The end is not told while news on the way are.
  private static let isDue = """
    d.state IN ('waiting', 'sending') AND (d.next_at <= ?1 OR d.next_at > ?1 + 86400000)
    AND NOT (d.is_terminal = 1 AND EXISTS (SELECT 1 FROM webhook_delivery n
      WHERE n.job = d.job AND n.url = d.url AND n.is_terminal = 0 AND n.state = 'sending'
      AND n.next_at > ?1))
    """

  /// Deliveries whose time has come, the oldest first, leased to whoever asks.
  ///
  /// - Parameter busy: addresses and accounts that have enough to do.
  static func due(
    _ limit: Int, but busy: (urls: [String], accounts: [String]), _ database: Connection
  ) throws -> [Delivery] {
    let now = Clock.now()
    let others =
      busy.urls.indices.map { " AND d.url != ?\($0 + 4)" }.joined()
      + busy.accounts.indices.map { index in
        " AND NOT EXISTS (SELECT 1 FROM job j WHERE j.id = d.job AND j.account = ?\(index + busy.urls.count + 4))"
      }.joined()
    return try database.rows(
      """
      UPDATE webhook_delivery SET next_at = ?1 + ?2, attempt = attempt + 1, state = 'sending'
      WHERE id IN (SELECT id FROM webhook_delivery d WHERE \(isDue)\(others)
        ORDER BY d.next_at LIMIT ?3 \(database.engine.skippingLocked))
      RETURNING id, job, url, is_terminal, attempt,
        (SELECT account FROM job WHERE job.id = webhook_delivery.job)
      """,
      [.integer(now), .integer(leaseMilliseconds), .integer(limit)]
        + (busy.urls + busy.accounts).map { .text($0) }
    ) { row in
      Delivery(
        id: row.text(0), job: row.text(1), account: row.text(5), url: row.text(2),
        isTerminal: row.int(3) == 1,
        attempt: row.int(4), began: now)
    }
  }

  static func hasDue(_ database: Connection) throws -> Bool {
    try database.first(
      "SELECT 1 FROM webhook_delivery d WHERE \(isDue) LIMIT 1", [.integer(Clock.now())]
    ) { _ in true } ?? false
  }

  /// Gives back what was not tried after all.
  static func putBack(_ delivery: Delivery, _ database: Connection) throws {
    try database.run(
      """
      UPDATE webhook_delivery SET state = 'waiting', attempt = attempt - 1, next_at = ?
      WHERE id = ? AND state = 'sending'
      """, [.integer(Clock.now() + 1_000), .text(delivery.id)])
  }

  /// What became of an attempt. News on the way come again after a while, as events of their own.
  static func settle(
    _ delivery: Delivery, status: Int?, error: String?, _ database: Connection
  ) throws {
    let isTaken = status.map { (200..<300).contains($0) } ?? false
    let isHopeless = !isTaken && delivery.attempt > retrySeconds.count
    var (id, attempt, state) = (delivery.id, delivery.attempt, isHopeless ? "dead" : "waiting")
    var next = Clock.now()
    if delivery.isTerminal {
      if isTaken { state = "delivered" }
      if state == "waiting" { next += retrySeconds[delivery.attempt - 1] * 1000 }
    } else {
      next = delivery.began + syncSeconds * 1000
      if isTaken { (id, attempt) = (newID(), 0) }
      let isOver = try database.first(
        """
        SELECT state NOT IN ('queued', 'running') FROM job WHERE id = ? \(database.engine.rowLock)
        """, [.text(delivery.job)]
      ) { $0.int(0) == 1 }
      if isOver != false { state = "overtaken" }
    }
    try database.run(
      """
      UPDATE webhook_delivery SET id = ?, attempt = ?, state = ?, next_at = ?, http_status = ?,
        last_error = ? WHERE id = ? AND state = 'sending'
      """,
      [
        .text(id), .integer(attempt), .text(state), .integer(next), SQLValue(status),
        SQLValue(error), .text(delivery.id),
      ])
  }

  private static func newID() -> String { "evt_" + Identifier.random(24) }

  // MARK: Accounts

  /// What deliveries to an account's addresses are signed with; made when it is first wanted.
  static func secret(of account: String, _ database: Connection) throws -> String {
    if let known = try knownSecret(of: account, database) { return known }
    try database.run(
      "UPDATE account SET webhook_secret = ? WHERE id = ? AND webhook_secret = ''",
      [.text("whsec_" + Identifier.random(43)), .text(account)])
    // Another process may have been quicker.
    return try knownSecret(of: account, database) ?? ""
  }

  /// The id of the address, which an account has once. Throws where it has as many as it may.
  static func add(_ url: String, account: String, _ database: Connection) throws -> String {
    try database.engine.takeTurn(account)
    let known = try database.first(
      "SELECT id FROM webhook WHERE account = ? AND url = ? AND deleted IS NULL",
      [.text(account), .text(url)]
    ) { $0.text(0) }
    if let known { return known }
    guard try list(account, database).count < most else {
      throw ServiceProblem(.tooMany, "an account tells at most \(most) addresses")
    }
    let id = Identifier.short()
    try database.run(
      "INSERT INTO webhook (id, account, url, created) VALUES (?, ?, ?, ?)",
      [.text(id), .text(account), .text(url), .integer(Clock.now())])
    return id
  }

  static func list(_ account: String, _ database: Connection) throws -> [JSONValue] {
    try database.rows(
      "SELECT id, url, created FROM webhook WHERE account = ? AND deleted IS NULL ORDER BY created",
      [.text(account)]
    ) { row in
      [
        "webhookId": .string(row.text(0)), "url": .string(row.text(1)),
        "createdAt": .string(Clock.text(row.int(2))),
      ]
    }
  }

  /// The newest deliveries of an account.
  static func deliveries(_ account: String, limit: Int, _ database: Connection) throws
    -> [JSONValue]
  {
    try database.rows(
      """
      SELECT d.id, d.url, d.is_terminal, d.state, d.attempt, d.http_status, d.last_error, d.created,
        j.public_id, j.dialect
      FROM webhook_delivery d JOIN job j ON j.id = d.job
      WHERE j.account = ? ORDER BY d.created DESC LIMIT ?
      """, [.text(account), .integer(limit)]
    ) { row in
      [
        "eventId": .string(row.text(0)), "url": .string(row.text(1)),
        "isTerminal": .bool(row.int(2) == 1), "state": .string(row.text(3)),
        "attempts": .integer(row.int(4)),
        "httpStatus": row.optionalInt(5).map { .integer($0) } ?? .null,
        "error": row.optionalText(6).map { .string($0) } ?? .null,
        "createdAt": .string(Clock.text(row.int(7))), "jobId": .string(row.text(8)),
        "dialect": .string(row.text(9)),
      ]
    }
  }

  /// Takes an address away, and what waits for it with it, but for jobs that named it themselves. False where the
  /// account has no such address.
  static func delete(_ id: String, account: String, _ database: Connection) throws -> Bool {
    let isGone =
      try database.run(
        "UPDATE webhook SET deleted = ? WHERE id = ? AND account = ? AND deleted IS NULL",
        [.integer(Clock.now()), .text(id), .text(account)]) > 0
    guard isGone else { return false }
    try database.run(
      """
      UPDATE webhook_delivery SET state = 'removed'
      WHERE state IN ('waiting', 'sending') AND url = (SELECT url FROM webhook WHERE id = ?1)
        AND (SELECT account FROM job WHERE id = webhook_delivery.job) = ?2
        AND NOT EXISTS (SELECT 1 FROM job_webhook w
          WHERE w.job = webhook_delivery.job AND w.url = webhook_delivery.url)
      """, [.text(id), .text(account)])
    return true
  }

  /// The secret of an account, where it was made already.
  static func knownSecret(of account: String, _ database: Connection) throws -> String? {
    try database.first(
      "SELECT webhook_secret FROM account WHERE id = ? AND webhook_secret != ''",
      [.text(account)]
    ) { $0.text(0) }
  }
}
