import Foundation
import Glibc
import HTTP
import Settings
import Synchronization
public import Work

/// What is wrong with how the service is started, in a sentence.
public struct ServiceError: ExplainedError {
  public let kind: FailureKind
  public let code, message: String
  public var place: String { "" }

  init(_ kind: FailureKind, _ code: String, _ message: String) {
    (self.kind, self.code, self.message) = (kind, code, message)
  }
}

/// A running service: the server, the processes that work for it, and the sweeps.
final class ServiceHost: Sendable {
  let core: ServiceCore
  let dispatch: Dispatch
  private let server: Server
  private let workers: WorkerPool
  private let isOpen = Mutex(true)
  /// Where it is reached.
  let url: String

  /// Starts it. Jobs that an earlier run left behind go on.
  ///
  /// - Parameter program: the executable that knows `worker` and `JobTask.word`.
  init(
    _ settings: ServiceSettings, program: String, log: ServiceLog, sendsWebhooks: Bool = true
  ) throws {
    let (address, port) = try Self.place(settings.listen)
    let data = try Self.folder(settings.data)
    let uploads = try data.freshUploads()
    var options = ServerOptions()
    (options.address, options.port) = (address, port)
    options.uploadFolder = uploads
    options.threads = max(2, ProcessInfo.processInfo.activeProcessorCount)
    do {
      server = try Server(options)
    } catch ServerError.badAddress(let text) {
      throw ServiceError(
        .usage, "listen", "\(text) is no address of this machine, such as 127.0.0.1")
    } catch {
      throw ServiceError(
        .unwritableOutput, "listen", "\(settings.listen) cannot be listened on: is it in use?")
    }
    let shown = address.contains(":") ? "[\(address)]" : address
    url = "http://\(shown):\(server.port)"
    core = try ServiceCore(
      settings, data: data, publicURL: settings.publicUrl ?? url, scratch: uploads)
    let metrics = Metrics()
    let dialects = Dialects.all(settings)
    let roots = try Self.roots(settings.dialect, dialects)
    let native = NativeFacade.over(
      dialects, roots: roots, metrics, url: core.publicURL, uploadBytes: settings.uploadBytes)
    dispatch = try Dispatch(
      core, facades: dialects + [native], roots: roots.union([native.id]), plain: native,
      metrics: metrics, log: log)
    server.answer(with: dispatch.handler)
    workers = WorkerPool(
      count: settings.workers, program: program, data: data.root, settings: settings, log: log)
    Thread.detachNewThread { [weak self] in
      while let host = self, host.isOpen.withLock({ $0 }) {
        host.reclaim(log)
        sleep(1)
      }
    }
    if sendsWebhooks { tell(WebhookSender(core, dialects + [native], log: log), log) }
    Thread.detachNewThread { [weak self] in
      var seconds = 0
      while let host = self, host.isOpen.withLock({ $0 }) {
        if seconds % 60 == 0 { host.sweep(log, files: seconds % 3600 == 0) }
        seconds += 1
        sleep(1)
      }
    }
    workers.start()
  }

  /// Sends webhooks as long as it is open.
  private func tell(_ sender: WebhookSender, _ log: ServiceLog) {
    Thread.detachNewThread { [weak self] in
      while let host = self, host.isOpen.withLock({ $0 }) {
        do { try sender.turn() } catch {
          log.write("webhook-trouble", ["error": .string("\(error)")])
        }
        usleep(250_000)
      }
    }
  }

  /// Stops taking requests, ends answers under way, gives leases back.
  func stop() async {
    isOpen.withLock { $0 = false }
    core.isStopping.raise()
    async let ended: Void = workers.stop()
    await server.stop()
    await ended
    try? await core.store.write { _ = try JobStore.reclaim($0) }
  }

  /// Leases of the lost, every second.
  private func reclaim(_ log: ServiceLog) {
    do {
      let running = try core.store.read {
        try $0.first("SELECT COUNT(*) FROM job WHERE state = 'running'") { $0.int(0) } ?? 0
      }
      if running > 0 {
        let count = try core.store.writeNow { try JobStore.reclaim($0) }
        if count > 0 { log.write("reclaimed", ["jobs": .integer(count)]) }
      }
    } catch {
      log.write("reclaim-trouble", ["error": .string("\(error)")])
    }
  }

  /// What nobody needs any more, every minute; files without a row every hour.
  private func sweep(_ log: ServiceLog, files: Bool) {
    do {
      let core = core
      let lives = dispatch.lifetimes
      try core.store.writeNow { database in
        try Idempotency.sweep(database)
        for (dialect, lifetime) in lives {
          try JobStore.expire(dialect, olderThan: lifetime, database)
        }
      }
      try NativeModels.sweep(core)
      try core.blobs.sweep(core.store)
      if files {
        try core.blobs.sweepFiles(core.store)
        core.data.touch(core.scratch)
      }
      // What is there first: a job that begins in between is not among it.
      let folders = core.data.workFolders
      core.data.removeWork(folders.subtracting(try core.store.read(JobStore.running)))
    } catch {
      log.write("sweep-trouble", ["error": .string("\(error)")])
    }
  }

  private static func place(_ text: String) throws -> (String, UInt16) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...])
    else {
      throw ServiceError(.usage, "listen", "--listen takes an address and a port: 127.0.0.1:8080")
    }
    return (text[..<colon].filter { $0 != "[" && $0 != "]" }, port)
  }

  static func folder(_ path: String) throws -> DataFolder {
    do { return try DataFolder(path) } catch {
      throw ServiceError(.unwritableOutput, "data", "the folder \(path) cannot be made or written")
    }
  }

  private static func roots(_ text: String, _ known: [any Facade]) throws -> Set<String> {
    let names = known.map(\.id)
    if text == "all" { return Set(names) }
    if text == "none" { return [] }
    let wanted = Set(text.split(separator: ",").map(String.init))
    if let unknown = wanted.first(where: { !names.contains($0) }) {
      throw ServiceError(
        .usage, "dialect",
        "there is no dialect \(unknown); there are \(names.joined(separator: ", ")), all and none")
    }
    return wanted
  }
}
