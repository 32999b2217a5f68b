/// Who works on jobs, as far as they said so lately.
enum Workers {
  private static let signMilliseconds = 20_000
  /// Silent for longer, a worker counts as gone; but for a job, which may take hours.
  private static let silence = 90_000

  static func sign(_ owner: String, _ database: Connection) throws {
    try database.run(
      """
      INSERT INTO worker (owner, seen) VALUES (?, ?)
      ON CONFLICT (owner) DO UPDATE SET seen = excluded.seen
      """, [.text(owner), .integer(Clock.now())])
    try database.run("DELETE FROM worker WHERE seen < ?", [.integer(Clock.now() - 86_400_000)])
  }

  /// Whether it said so lately.
  static func isSigned(_ owner: String, _ database: Connection) throws -> Bool {
    try database.first(
      "SELECT 1 FROM worker WHERE owner = ? AND seen > ?",
      [.text(owner), .integer(Clock.now() - signMilliseconds)]
    ) { _ in true } ?? false
  }

  static func leave(_ owner: String, _ database: Connection) throws {
    try database.run("DELETE FROM worker WHERE owner = ?", [.text(owner)])
  }

  /// Whether there is one that said so, or that holds a job.
  static func isAny(_ database: Connection) throws -> Bool {
    let owners = try database.rows(
      "SELECT owner FROM worker WHERE seen > ?", [.integer(Clock.now() - silence)]
    ) { $0.text(0) }
    let holders = try database.rows(
      "SELECT DISTINCT lease_owner FROM job WHERE state = 'running' AND lease_until > ?",
      [.integer(try database.engine.leaseClock())]
    ) { $0.text(0) }
    return (owners + holders).contains { !LeaseOwner.fate($0).isLost(database.engine) }
  }
}
