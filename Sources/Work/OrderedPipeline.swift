import Dispatch
import Synchronization

/// Runs jobs on other threads and hands their results to one consumer in the order of submission,
/// with a bounded number in flight: the producer waits, so memory stays bounded.
///
/// Not `Sendable`: one thread submits, and on that thread the consumer is called.
public final class OrderedPipeline<Output: Sendable> {
  private final class Slot: Sendable {
    let result = Mutex<Result<Output, any Error>?>(nil)
    let ready = DispatchSemaphore(value: 0)
  }

  private let work: WorkContext
  private let depth: Int
  private let consume: (Output) throws -> Void
  private let queue = DispatchQueue(label: "ordered-pipeline", attributes: .concurrent)
  private let free: DispatchSemaphore
  private var slots: [Slot] = []

  /// At most `depth` results wait or are being made; with one thread jobs run in place.
  public init(_ work: WorkContext, depth: Int, consume: @escaping (Output) throws -> Void) {
    self.work = work
    self.depth = max(1, depth)
    self.consume = consume
    free = DispatchSemaphore(value: max(1, work.threads))
  }

  /// Starts `job`, and first waits for the oldest one where the pipeline is full.
  public func submit(_ job: @escaping @Sendable () throws -> Output) throws {
    try work.checkCancelled()
    guard work.threads > 1 else { return try consume(job()) }
    while slots.count >= depth { try consumeOldest() }
    let slot = Slot()
    slots.append(slot)
    let free = self.free
    queue.async {
      free.wait()
      let result = Result { try job() }
      slot.result.withLock { $0 = result }
      free.signal()
      slot.ready.signal()
    }
  }

  /// Waits for everything and hands it on.
  public func finish() throws {
    while !slots.isEmpty { try consumeOldest() }
  }

  private func consumeOldest() throws {
    let slot = slots.removeFirst()
    slot.ready.wait()
    try consume(slot.result.withLock { try $0!.get() })
  }
}
