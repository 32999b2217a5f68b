import Dispatch
import Synchronization

// Deterministic parallel loops. Chunks depend on the data only, results are written by index, so that
// the thread count never shows in a result.

/// Calls `body` for each index below `count` on at most `work.threads` threads; results by index.
/// The error of the lowest index that failed is thrown.
public func parallelMap<Output: Sendable>(
  count: Int, _ work: WorkContext, _ body: @Sendable (Int) throws -> Output
) throws -> [Output] {
  let results = Mutex([Result<Output, any Error>?](repeating: nil, count: count))
  let next = Atomic<Int>(0)
  DispatchQueue.concurrentPerform(iterations: min(work.threads, count)) { _ in
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count, !work.cancellation.isCancelled else { return }
      let result = Result { try body(index) }
      results.withLock { $0[index] = result }
    }
  }
  try work.checkCancelled()
  return try results.withLock { try $0.map { try $0!.get() } }
}

/// Hands disjoint pieces of `array`, `chunk` elements long, to `body` together with their offset.
public func parallelFill<Element: Sendable>(
  _ array: inout [Element], chunk: Int, _ work: WorkContext,
  _ body: @Sendable (_ offset: Int, _ piece: inout MutableSpan<Element>) -> Void
) throws {
  let count = array.count
  let pieces = (count + chunk - 1) / chunk
  let next = Atomic<Int>(0)
  unsafe array.withUnsafeMutableBufferPointer { buffer in
    let whole = unsafe SharedBuffer(buffer: buffer)
    DispatchQueue.concurrentPerform(iterations: min(work.threads, pieces)) { _ in
      while true {
        let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard piece < pieces, !work.cancellation.isCancelled else { return }
        let range = piece * chunk..<min(count, (piece + 1) * chunk)
        // Pieces are disjoint and `buffer` outlives the loop, so each span has one owner.
        var span = unsafe MutableSpan(_unsafeElements: .init(rebasing: whole.buffer[range]))
        body(range.lowerBound, &span)
      }
    }
  }
  try work.checkCancelled()
}

/// Lets the pieces of one array travel to the threads that fill them.
@safe private struct SharedBuffer<Element>: @unchecked Sendable {
  let buffer: UnsafeMutableBufferPointer<Element>
}
