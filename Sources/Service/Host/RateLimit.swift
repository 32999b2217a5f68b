import Synchronization

/// Token buckets: as many requests a minute as are allowed, at once or evenly.
final class RateLimit: Sendable {
  struct Verdict: Sendable {
    let isAllowed: Bool
    let limit, remaining: Int
    /// Seconds until the bucket is full, or until there is one token where there is none.
    let seconds: Int

    var headers: [(name: String, value: String)] {
      [
        ("RateLimit-Limit", "\(limit)"), ("RateLimit-Remaining", "\(remaining)"),
        ("RateLimit-Reset", "\(seconds)"),
      ]
    }
  }

  private static let most = 100_000
  private let perMinute: Int
  private let buckets = Mutex<[String: (tokens: Double, at: Int)]>([:])

  /// - Parameter perMinute: 0 allows everything.
  init(perMinute: Int) { self.perMinute = perMinute }

  func take(_ name: String) -> Verdict? {
    guard perMinute > 0 else { return nil }
    let now = Clock.steady()
    let rate = Double(perMinute) / 60_000
    return buckets.withLock { buckets in
      // Full buckets need not be remembered.
      if buckets.count >= Self.most {
        buckets = buckets.filter {
          $0.value.tokens + Double(now - $0.value.at) * rate < Double(perMinute)
        }
      }
      let (held, at) = buckets[name] ?? (Double(perMinute), now)
      let tokens = min(Double(perMinute), held + Double(now - at) * rate)
      let isAllowed = tokens >= 1
      let left = isAllowed ? tokens - 1 : tokens
      buckets[name] = (left, now)
      let missing = isAllowed ? Double(perMinute) - left : 1 - left
      return Verdict(
        isAllowed: isAllowed, limit: perMinute, remaining: Int(left),
        seconds: max(1, Int((missing / rate / 1000).rounded(.up))))
    }
  }
}
