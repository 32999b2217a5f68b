import Foundation

/// What a long verb needs to know about how it runs: threads, progress, cancellation, warnings.
public struct WorkContext: Sendable {
  /// How many threads may work at once; never changes a byte of a result.
  public let threads: Int
  public let progress: ProgressMeter
  public let cancellation: Cancellation
  public let log: LogSink

  public init(
    threads: Int? = nil, progress: ProgressMeter = ProgressMeter(),
    cancellation: Cancellation = Cancellation(), log: LogSink = LogSink()
  ) {
    self.threads = max(1, threads ?? ProcessInfo.processInfo.activeProcessorCount)
    self.progress = progress
    self.cancellation = cancellation
    self.log = log
  }

  /// Throws `WorkCancelled` once somebody asked the work to stop. Call it once per chunk of work.
  public func checkCancelled() throws {
    if cancellation.isCancelled { throw WorkCancelled() }
  }
}
