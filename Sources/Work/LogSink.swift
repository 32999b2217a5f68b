import Synchronization

/// Collects warnings in the order they were given, each text once, up to a limit.
public final class LogSink: Sendable {
  private struct State {
    var lines: [String] = []
    var seen: Set<String> = []
    var dropped = 0
  }

  /// More lines than this help nobody.
  private static let limit = 200

  private let state = Mutex(State())

  public init() {}

  /// Says something the user should know that did not stop the work.
  public func warn(_ text: String) {
    state.withLock { state in
      if state.seen.contains(text) { return }
      if state.lines.count >= Self.limit {
        state.dropped += 1
      } else {
        state.seen.insert(text)
        state.lines.append(text)
      }
    }
  }

  public var warnings: [String] {
    state.withLock { state in
      state.lines + (state.dropped > 0 ? ["and \(state.dropped) more warnings"] : [])
    }
  }
}
