import Foundation
import Glibc
import Synchronization

/// The database of a service: many readers, and writers whose transactions share their syncs.
///
/// SQLite has one writer at a time: writes that wait together are committed together, each in a savepoint of its
/// own, and answered after the one sync, so that a hundred submits cost about what one costs. PostgreSQL has
/// several, and shares syncs among them by itself.
final class Store: Sendable {
  private struct Pending: Sendable {
    /// Runs within the transaction; gives what answers the caller once it is committed.
    let run: @Sendable (Connection) throws -> @Sendable () -> Void
    /// Answers the caller where the transaction came to nothing.
    let fail: @Sendable (any Error) -> Void
  }

  private let place: DatabasePlace
  private let readers = Mutex<[Connection]>([])
  private let pending = Mutex<(list: [Pending], isOpen: Bool)>(([], true))
  private let wake = DispatchSemaphore(value: 0)
  private let writers: Int
  /// Of who waits for work.
  private let waiting = Mutex<Connection?>(nil)

  /// Opens the database and brings its tables up to date.
  ///
  /// - Parameter writers: how many writes may be under way where the database takes several.
  init(_ place: DatabasePlace, writers: Int = 4) throws {
    self.place = place
    let first = try Connection(place)
    try Schema.migrate(first)
    switch place {
    case .file: self.writers = 1
    case .postgreSQL: self.writers = writers
    }
    for index in 0..<self.writers { start(Writer(place, index == 0 ? first : nil)) }
  }

  /// The connection of a thread that writes; made when it is first needed.
  private final class Writer: @unchecked Sendable {
    let place: DatabasePlace
    var connection: Connection?
    var commitsTogether: Bool { if case .file = place { true } else { false } }

    init(_ place: DatabasePlace, _ connection: Connection?) {
      (self.place, self.connection) = (place, connection)
    }
  }

  /// A thread that commits what is written.
  private func start(_ writer: Writer) {
    let thread = Thread { [weak self, wake] in
      while true {
        wake.wait()
        guard let store = self else { return }
        let (batch, isOpen) = store.pending.withLock { pending in
          let count = writer.commitsTogether ? pending.list.count : min(1, pending.list.count)
          defer { pending.list.removeFirst(count) }
          return (Array(pending.list.prefix(count)), pending.isOpen)
        }
        if writer.commitsTogether {
          if !batch.isEmpty { Self.commit(batch, writer.connection!) }
        } else {
          for item in batch { Self.commitAlone(item, writer) }
        }
        if !isOpen { return }
      }
    }
    thread.name = "store"
    thread.start()
  }

  deinit {
    pending.withLock { $0.isOpen = false }
    for _ in 0..<writers { wake.signal() }
  }

  /// Reads, each statement what is committed then; again where the connection turns out to be broken.
  func read<Value>(_ body: (Connection) throws -> Value) throws -> Value {
    while true {
      let held = readers.withLock { $0.popLast() }
      let connection = try held ?? Connection(place)
      do {
        let value = try body(connection)
        readers.withLock { $0.append(connection) }
        return value
      } catch {
        guard connection.engine.isBroken else {
          readers.withLock { $0.append(connection) }
          throw error
        }
        if held == nil { throw error }
      }
    }
  }

  /// Returns when there may be work for a worker: at once when it is announced, or after a while.
  func waitForWork() throws {
    let connection = try waiting.withLock { $0.take() } ?? Connection(place)
    try connection.engine.waitForWork()
    waiting.withLock { $0 = connection }
  }

  /// Writes, all of it or, where `body` throws, nothing. Returns once it is on the disk. Where others
  /// wrote the same at the same time, `body` is run again.
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
        let value = try body(connection)
        return { answer(.success(value)) }
      }, fail: { answer(.failure($0)) })
    pending.withLock { $0.list.append(item) }
    wake.signal()
  }

  // MARK: SQLite

  private static func commit(_ batch: [Pending], _ writer: Connection) {
    let engine = writer.engine
    do {
      try engine.script(engine.begin)
      var answers: [@Sendable () -> Void] = []
      for item in batch {
        // Where the disk is full the whole transaction may be undone already: what ran on would be
        // committed by itself, and its caller told that it was not.
        guard engine.isInTransaction else { throw undone }
        answers.append(try savepoint(item, writer))
      }
      guard engine.isInTransaction else { throw undone }
      KillPoint.pass("before-commit")
      try engine.script("COMMIT")
      KillPoint.pass("after-commit")
      for answer in answers { answer() }
    } catch {
      try? engine.script("ROLLBACK")
      for item in batch { item.fail(error) }
    }
  }

  private static let undone = StoreError(kind: .disk, message: "the transaction was undone")

  private static func savepoint(_ item: Pending, _ writer: Connection) throws
    -> @Sendable () -> Void
  {
    try writer.run("SAVEPOINT one")
    do {
      let answer = try item.run(writer)
      try writer.run("RELEASE one")
      return answer
    } catch {
      try writer.run("ROLLBACK TO one")
      try writer.run("RELEASE one")
      return { item.fail(error) }
    }
  }

  // MARK: PostgreSQL

  /// Of others who write the same, one after another gets through.
  private static let attempts = 10

  /// A transaction of its own, on a connection that is made anew where it broke.
  private static func commitAlone(_ item: Pending, _ writer: Writer) {
    for attempt in 1... {
      do {
        if writer.connection?.engine.isBroken ?? true {
          writer.connection = try Connection(writer.place)
        }
        return try transact(item, writer.connection!)
      } catch {
        let engine = writer.connection?.engine
        if engine?.isInTransaction == true { try? engine?.script("ROLLBACK") }
        guard !(error is Unknown) else {
          return item.fail(
            StoreError(kind: .unreachable, message: "the connection broke during a commit"))
        }
        guard mayPass(error, attempt) else { return item.fail(error) }
        usleep(UInt32.random(in: 0..<2_000) << UInt32(min(attempt, 6)))
      }
    }
  }

  private static func mayPass(_ error: any Error, _ attempt: Int) -> Bool {
    switch (error as? StoreError)?.kind {
    // A row that somebody made meanwhile is found when it is looked for again.
    case .contended, .conflict: attempt < attempts
    // A connection that broke is made anew; one that cannot be made is not waited for.
    case .unreachable: attempt < 3
    default: false
    }
  }

  /// Whether it came about is not known where the connection broke while it was committed.
  private struct Unknown: Error {}

  private static func transact(_ item: Pending, _ connection: Connection) throws {
    try connection.engine.script(connection.engine.begin)
    let answer = try item.run(connection)
    KillPoint.pass("before-commit")
    do { try connection.engine.script("COMMIT") } catch let error as StoreError {
      throw error.kind == .unreachable ? Unknown() : error
    }
    KillPoint.pass("after-commit")
    answer()
  }
}

/// Named places where tests end the process, between one step and the next.
enum KillPoint {
  private static let wanted = ProcessInfo.processInfo.environment["MAQUETTE_KILL_POINT"]

  static func pass(_ name: String) {
    if wanted == name { kill(getpid(), SIGKILL) }
  }
}
