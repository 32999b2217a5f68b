import Synchronization

/// Collects warnings in the order they were given, each text once.
public final class LogSink: Sendable {
  private let lines = Mutex<[String]>([])

  public init() {}

  /// Says something the user should know that did not stop the work.
  public func warn(_ text: String) {
    lines.withLock { if !$0.contains(text) { $0.append(text) } }
  }

  public var warnings: [String] { lines.withLock { $0 } }
}
