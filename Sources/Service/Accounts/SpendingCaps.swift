/// How much an account may spend and run where a dialect has such limits. 0 is no limit.
enum SpendingCaps {
  private static let day = 86_400_000

  /// Throws where one more job of this price is too much.
  static func check(
    _ account: String, _ dialect: String, _ unit: String, _ price: Int, _ core: ServiceCore,
    _ database: Connection
  ) throws {
    let settings = core.settings
    try database.engine.takeTurn(account)
    if settings.billing == .enforce, settings.firstTopUp > 0 {
      let paid = try database.first(
        "SELECT COALESCE(SUM(amount), 0) FROM ledger WHERE account = ? AND unit = ? AND kind = 'topup' AND job IS NULL",
        [.text(account), .text(unit)]
      ) { $0.int(0) }
      guard paid ?? 0 >= settings.firstTopUp else {
        throw ServiceProblem(
          .needsTopUp, "a key works once \(settings.firstTopUp) credits were paid in")
      }
    }
    let caps = [
      ("daily_cap", settings.dailyCredits, day), ("monthly_cap", settings.monthlyCredits, 30 * day),
    ]
    for (name, cap, span) in caps where cap > 0 {
      let spent = try database.first(
        """
        SELECT -COALESCE(SUM(l.amount), 0) FROM ledger l JOIN job j ON j.id = l.job
        WHERE l.account = ? AND l.unit = ? AND j.created > ?
          AND l.kind IN ('precharge', 'settle', 'refund')
        """, [.text(account), .text(unit), .integer(Clock.now() - span)]
      ) { $0.int(0) }
      guard (spent ?? 0) + price <= cap else {
        throw ServiceProblem(
          .capped(name), "\(cap) credits may be spent, and \(spent ?? 0) are; this costs \(price)")
      }
    }
    guard settings.concurrentJobs > 0 else { return }
    let open = try database.first(
      "SELECT COUNT(*) FROM job WHERE account = ? AND dialect = ? AND state IN ('queued', 'running')",
      [.text(account), .text(dialect)]
    ) { $0.int(0) }
    guard open ?? 0 < settings.concurrentJobs else {
      throw ServiceProblem(
        .capped("concurrency_cap"),
        "\(settings.concurrentJobs) jobs may be under way at once; wait for one to end")
    }
  }
}
