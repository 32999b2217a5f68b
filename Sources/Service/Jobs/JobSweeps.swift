/// What becomes of jobs that nobody looks after: files whose time is over, and leases of workers that are gone.
extension JobStore {
  /// Ends the life of files that a dialect keeps only so long. What others still have stays on the disk.
  static func expire(_ dialect: String, olderThan lifetime: Int, _ database: Connection) throws {
    let old = try database.rows(
      "UPDATE job SET state = 'expired' WHERE dialect = ? AND state = 'succeeded' AND finished < ? RETURNING id",
      [.text(dialect), .integer(Clock.now() - lifetime)]
    ) { $0.text(0) }
    for id in old { try database.run("DELETE FROM output WHERE job = ?", [.text(id)]) }
    // What others made before they failed.
    try database.run(
      """
      DELETE FROM output WHERE job IN (SELECT id FROM job
        WHERE dialect = ? AND state IN ('failed', 'cancelled') AND finished < ?)
      """, [.text(dialect), .integer(Clock.now() - lifetime)])
  }

  /// Puts jobs back whose worker is gone or silent. A lost worker is no crash of the job.
  static func reclaim(
    _ database: Connection, _ fate: (_ owner: String) -> LeaseOwner.Fate = LeaseOwner.fate
  ) throws -> Int {
    let leased = try database.rows(
      "SELECT lease_owner, lease_until, id FROM job WHERE state = 'running'"
    ) { row in (owner: row.text(0), until: row.int(1), job: row.text(2)) }
    let now = try database.engine.leaseClock()
    let lost = leased.filter { lease in
      // One that seems longer than leases are is of a clock that began anew.
      lease.until < now || lease.until > now + leaseMilliseconds + 1_000
        || fate(lease.owner).isLost(database.engine)
    }
    for (owner, until, id) in lost {
      guard
        let job = try database.first(
          """
          SELECT \(columns) FROM job WHERE id = ? AND lease_owner = ? AND lease_until = ?
          \(database.engine.rowLock)
          """, [.text(id), .text(owner), .integer(until)], job)
      else { continue }
      if job.attempt < maximumAttempts {
        try database.run(
          """
          UPDATE job SET state = 'queued', lease_owner = NULL, lease_until = NULL
          WHERE id = ? AND lease_owner = ? AND lease_until = ? AND state = 'running'
          """, [.text(id), .text(owner), .integer(until)])
        try database.engine.announceWork()
      } else {
        let failure = Job.Failure(
          kind: .system, code: "worker_lost",
          message: "the worker was lost \(job.attempt) times while it ran this job")
        try end(job, as: .failed, failure, heldBy: owner, database)
      }
    }
    return lost.count
  }
}
