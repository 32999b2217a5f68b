/// Money in whole minor units. The ledger is only appended to; a wallet's balance is the sum of its
/// entries at all times. A job has one precharge, and once it has ended one settlement or one refund.
struct Ledger: Sendable {
  /// Whether what costs more than there is, is refused.
  enum Mode: String, Sendable {
    /// All is metered and nothing refused: each precharge is topped up with the same amount before.
    case off
    case enforce
  }

  /// Fewer credits than the price.
  struct Short: Error, Sendable, Equatable {
    let needed, available: Int
  }

  let mode: Mode
  /// What a wallet shows where nothing is enforced.
  let shownBalance: Int

  /// - Parameter minorUnits: how many of the unit are one of what people count in.
  func balance(
    _ account: String, _ unit: String, minorUnits: Int = 1, _ database: Connection
  ) throws -> Int {
    guard mode == .enforce else { return shownBalance * minorUnits }
    return try Self.held(account, unit, database)
  }

  private static func held(
    _ account: String, _ unit: String, _ database: Connection
  ) throws -> Int {
    try database.first(
      "SELECT balance FROM wallet WHERE account = ? AND unit = ?", [.text(account), .text(unit)]
    ) { $0.int(0) } ?? 0
  }

  func topUp(
    _ account: String, _ unit: String, _ amount: Int, note: String, _ database: Connection
  ) throws {
    try Self.append(account, unit, job: nil, kind: "topup", amount, note: note, database)
  }

  /// Throws `Short` before anything is written where the wallet does not hold the sum of `prices`.
  func require(
    _ sum: Int, _ account: String, _ unit: String, _ database: Connection
  ) throws {
    // What is there must still be there when it is taken.
    try database.engine.takeTurn(account)
    let available = try balance(account, unit, database)
    if mode == .enforce && available < sum { throw Short(needed: sum, available: available) }
  }

  func precharge(
    job: String, _ account: String, _ unit: String, _ price: Int, _ database: Connection
  ) throws {
    // The turn before any row: all who want both wait in one order.
    try database.engine.takeTurn(account)
    if mode == .off && price > 0 {
      try Self.append(
        account, unit, job: job, kind: "topup", price, note: "nothing is charged here", database)
    }
    try require(price, account, unit, database)
    try Self.append(account, unit, job: job, kind: "precharge", -price, note: "", database)
  }

  /// Gives back what a job that succeeded cost less than its precharge.
  static func settle(_ job: Job, final price: Int, _ database: Connection) throws {
    let back = job.price - min(max(0, price), job.price)
    try append(
      job.account, job.unit, job: job.id, kind: "settle", back, note: "", database)
    if back > 0, try lent(job, database) != nil {
      try append(
        job.account, job.unit, job: job.id, kind: "adjust", -back, note: "nothing was charged",
        database)
    }
  }

  /// What was lent for a job where nothing is charged.
  private static func lent(_ job: Job, _ database: Connection) throws -> Int? {
    try database.first(
      "SELECT amount FROM ledger WHERE job = ? AND kind = 'topup'", [.text(job.id)]
    ) { $0.int(0) }
  }

  /// Gives back all of it. What was only lent for it, where nothing is charged, goes away again.
  static func refund(_ job: Job, note: String, _ database: Connection) throws {
    let lent = try lent(job, database)
    try append(
      job.account, job.unit, job: job.id, kind: "refund", job.price, note: note, database)
    if let lent {
      try append(
        job.account, job.unit, job: job.id, kind: "adjust", -lent, note: "nothing was charged",
        database)
    }
  }

  /// What a job that has ended got back of its price; nil before its end.
  static func returned(_ job: String, _ database: Connection) throws -> Int? {
    try database.first(
      "SELECT amount FROM ledger WHERE job = ? AND kind IN ('settle', 'refund')", [.text(job)]
    ) { $0.int(0) }
  }

  private static func append(
    _ account: String, _ unit: String, job: String?, kind: String, _ amount: Int, note: String,
    _ database: Connection
  ) throws {
    // A row whose first balance were below zero would be refused before it could be added to.
    try database.run(
      "INSERT INTO wallet (account, unit) VALUES (?, ?) ON CONFLICT DO NOTHING",
      [.text(account), .text(unit)])
    let balance = try database.first(
      "UPDATE wallet SET balance = balance + ? WHERE account = ? AND unit = ? RETURNING balance",
      [.integer(amount), .text(account), .text(unit)]
    ) { $0.int(0) }
    try database.run(
      """
      INSERT INTO ledger (account, unit, job, kind, amount, balance_after, created, note)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(account), .text(unit), SQLValue(job), .text(kind), .integer(amount),
        .integer(balance ?? 0), .integer(Clock.now()), .text(note),
      ])
  }

  /// What is wrong with the books, in sentences; nothing where all is right.
  static func audit(_ database: Connection) throws -> [String] {
    let checks = [
      (
        "a wallet's balance is not the sum of its entries",
        """
        SELECT account || ' ' || unit FROM wallet w WHERE balance !=
          (SELECT COALESCE(SUM(amount), 0) FROM ledger l
           WHERE l.account = w.account AND l.unit = w.unit)
        """
      ),
      (
        "a job has not exactly one precharge",
        """
        SELECT id FROM job WHERE
          (SELECT COUNT(*) FROM ledger WHERE job = job.id AND kind = 'precharge') != 1
        """
      ),
      (
        "a job that ended has not exactly one settlement or refund",
        """
        SELECT id FROM job WHERE state IN ('succeeded', 'failed', 'cancelled', 'expired') AND
          (SELECT COUNT(*) FROM ledger WHERE job = job.id AND kind IN ('settle', 'refund')) != 1
        """
      ),
      (
        "a job that has not ended has a settlement or refund",
        """
        SELECT id FROM job WHERE state IN ('queued', 'running') AND EXISTS
          (SELECT 1 FROM ledger WHERE job = job.id AND kind IN ('settle', 'refund'))
        """
      ),
      (
        "a job was given back another amount than it should",
        """
        SELECT id FROM job j WHERE state IN ('failed', 'cancelled') AND
          (SELECT SUM(amount) FROM ledger WHERE job = j.id) != 0
        """
      ),
      (
        "a job ended well without outputs or result",
        """
        SELECT id FROM job j WHERE state = 'succeeded' AND result = 'null' AND NOT EXISTS
          (SELECT 1 FROM output WHERE job = j.id)
        """
      ),
    ]
    return try checks.flatMap { sentence, sql in
      try database.rows(sql) { "\(sentence): \($0.text(0))" }
    }
  }
}
