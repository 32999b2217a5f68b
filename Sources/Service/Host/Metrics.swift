import Synchronization

/// Counts for Prometheus.
final class Metrics: Sendable {
  private struct Key: Hashable, Sendable {
    let dialect, method, route: String
    let status: Int
  }

  private struct Series: Sendable {
    var counts: [Int]
    var sum = 0.0
  }

  private static let bounds = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ]
  private let requests = Mutex<[Key: Series]>([:])

  func count(dialect: String, method: String, route: String, status: Int, seconds: Double) {
    // A client may send any word for a method.
    let known = ["GET", "HEAD", "POST", "PATCH", "DELETE", "PUT", "OPTIONS"].contains(method)
    let key = Key(
      dialect: dialect, method: known ? method : "other", route: route, status: status)
    let bucket = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
    requests.withLock { requests in
      var series =
        requests[key] ?? Series(counts: Array(repeating: 0, count: Self.bounds.count + 1))
      series.counts[bucket] += 1
      series.sum += seconds
      requests[key] = series
    }
  }

  /// In the exposition format.
  func text(_ database: Connection) throws -> String {
    var lines = ["# TYPE maquette_request_seconds histogram"]
    let known = requests.withLock { $0 }
    for (key, series) in known.sorted(by: { "\($0.key)" < "\($1.key)" }) {
      let labels =
        "dialect=\"\(key.dialect)\",method=\"\(key.method)\",route=\"\(key.route)\",status=\"\(key.status)\""
      var total = 0
      for (bound, count) in zip(Self.bounds.map { "\($0)" } + ["+Inf"], series.counts) {
        total += count
        lines.append("maquette_request_seconds_bucket{\(labels),le=\"\(bound)\"} \(total)")
      }
      lines.append("maquette_request_seconds_sum{\(labels)} \(series.sum)")
      lines.append("maquette_request_seconds_count{\(labels)} \(total)")
    }
    lines.append("# TYPE maquette_jobs gauge")
    let jobs = try database.rows("SELECT state, kind, COUNT(*) FROM job GROUP BY state, kind") {
      row in
      "maquette_jobs{state=\"\(row.text(0))\",kind=\"\(row.text(1))\"} \(row.int(2))"
    }
    lines += jobs
    let oldest = try database.first("SELECT MIN(created) FROM job WHERE state = 'queued'") {
      $0.optionalInt(0)
    }
    let age = oldest.flatMap { $0 }.map { Double(Clock.now() - $0) / 1000 } ?? 0
    lines += ["# TYPE maquette_queue_age_seconds gauge", "maquette_queue_age_seconds \(age)"]
    lines.append("# TYPE maquette_ledger_total counter")
    lines += try database.rows(
      "SELECT unit, kind, SUM(ABS(amount)) FROM ledger GROUP BY unit, kind"
    ) {
      row in "maquette_ledger_total{unit=\"\(row.text(0))\",kind=\"\(row.text(1))\"} \(row.int(2))"
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
