import CSQLite
import Foundation
import Glibc
import Synchronization

/// The database of a service: many readers, one writer whose transactions share their syncs.
///
/// Each write runs in a savepoint of its own; those that wait together are committed together and
/// answered after the one sync, so that a hundred submits cost about what one costs.
final class Store: Sendable {
  private struct Pending: Sendable {
    /// Runs within the transaction; gives what answers the caller once it is committed.
    let run: @Sendable (Connection) -> @Sendable () -> Void
    /// Answers the caller where the transaction came to nothing.
    let fail: @Sendable (any Error) -> Void
  }

  private let path: String
  private let readers = Mutex<[Connection]>([])
  private let pending = Mutex<(list: [Pending], isOpen: Bool)>(([], true))
  private let wake = DispatchSemaphore(value: 0)

  /// Opens the database and brings its tables up to date.
  init(path: String) throws {
    self.path = path
    let writer = try Connection(path: path)
    try Schema.migrate(writer)
    let thread = Thread { [weak self, wake] in
      while true {
        wake.wait()
        guard let store = self else { return }
        let (batch, isOpen) = store.pending.withLock { pending in
          defer { pending.list = [] }
          return (pending.list, pending.isOpen)
        }
        if !batch.isEmpty { Self.commit(batch, writer) }
        if !isOpen { return }
      }
    }
    thread.name = "store"
    thread.start()
  }

  deinit {
    pending.withLock { $0.isOpen = false }
    wake.signal()
  }

  /// Reads; what others commit meanwhile is not seen.
  func read<Value>(_ body: (Connection) throws -> Value) throws -> Value {
    let connection = try readers.withLock { $0.popLast() } ?? Connection(path: path)
    defer { readers.withLock { $0.append(connection) } }
    return try body(connection)
  }

  /// Writes, all of it or, where `body` throws, nothing. Returns once it is on the disk.
  func write<Value: Sendable>(
    _ body: @escaping @Sendable (Connection) throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      enqueue(body) { continuation.resume(with: $0) }
    }
  }

  /// The same for a thread that may wait.
  func writeNow<Value: Sendable>(
    _ body: @escaping @Sendable (Connection) throws -> Value
  ) throws -> Value {
    let done = DispatchSemaphore(value: 0)
    let result = Mutex<Result<Value, any Error>?>(nil)
    enqueue(body) { answer in
      result.withLock { $0 = answer }
      done.signal()
    }
    done.wait()
    return try result.withLock { $0! }.get()
  }

  private func enqueue<Value: Sendable>(
    _ body: @escaping @Sendable (Connection) throws -> Value,
    _ answer: @escaping @Sendable (Result<Value, any Error>) -> Void
  ) {
    let item = Pending(
      run: { connection in
        let result = Result { try Self.savepoint(connection, body) }
        return { answer(result) }
      }, fail: { answer(.failure($0)) })
    pending.withLock { $0.list.append(item) }
    wake.signal()
  }

  private static func savepoint<Value>(
    _ connection: Connection, _ body: (Connection) throws -> Value
  ) throws -> Value {
    try connection.run("SAVEPOINT one")
    do {
      let value = try body(connection)
      try connection.run("RELEASE one")
      return value
    } catch {
      try connection.run("ROLLBACK TO one")
      try connection.run("RELEASE one")
      throw error
    }
  }

  private static func commit(_ batch: [Pending], _ writer: Connection) {
    do {
      try writer.run("BEGIN IMMEDIATE")
      var answers: [@Sendable () -> Void] = []
      for item in batch {
        // Where the disk is full the whole transaction may be undone already: what ran on would be
        // committed by itself, and its caller told that it was not.
        guard writer.isInTransaction else {
          throw StoreError(code: SQLITE_FULL, message: "the transaction was undone")
        }
        answers.append(item.run(writer))
      }
      guard writer.isInTransaction else {
        throw StoreError(code: SQLITE_FULL, message: "the transaction was undone")
      }
      KillPoint.pass("before-commit")
      try writer.run("COMMIT")
      KillPoint.pass("after-commit")
      for answer in answers { answer() }
    } catch {
      _ = try? writer.run("ROLLBACK")
      for item in batch { item.fail(error) }
    }
  }
}

/// Named places where tests end the process, between one step and the next.
enum KillPoint {
  private static let wanted = ProcessInfo.processInfo.environment["MAQUETTE_KILL_POINT"]

  static func pass(_ name: String) {
    if wanted == name { kill(getpid(), SIGKILL) }
  }
}
