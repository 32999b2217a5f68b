import Archives
import Foundation
import HTTP
import Settings
import Synchronization

extension Job.Webhook {
  /// Throws where the address would never be told: it is no https, or leads nowhere that is asked.
  static func checked(_ url: String, isSync: Bool, _ core: ServiceCore) throws -> Job.Webhook {
    do { try core.client.check(url) } catch {
      throw ServiceProblem(.invalid("request"), "the webhook's address is no https address")
    }
    return Job.Webhook(url: url, isSync: isSync)
  }
}

/// Sends what `WebhookStore` queues. Receivers that are slow or gone hold up their account's others at most: each address
/// has at most two attempts under way, each account eight, and the jobs wait for none.
final class WebhookSender: Sendable {
  private static let most = 32
  private static let mostEach = 2
  private static let mostOfAccount = 8
  static let seconds = 10

  private let core: ServiceCore
  private let facades: [String: any Facade]
  private let client: Client
  private let log: ServiceLog
  /// Attempts under way.
  private struct Running {
    var urls: [String: Int] = [:]
    var accounts: [String: Int] = [:]
    var count = 0

    func takes(_ delivery: WebhookStore.Delivery) -> Bool {
      urls[delivery.url, default: 0] < mostEach
        && accounts[delivery.account, default: 0] < mostOfAccount
    }

    mutating func add(_ delivery: WebhookStore.Delivery, _ step: Int) {
      let (url, account) = (
        urls[delivery.url, default: 0] + step, accounts[delivery.account, default: 0] + step
      )
      urls[delivery.url] = url > 0 ? url : nil
      accounts[delivery.account] = account > 0 ? account : nil
      count += step
    }
  }

  private let running = Mutex(Running())

  /// - Parameter seconds: how long a receiver may take.
  init(
    _ core: ServiceCore, _ facades: [any Facade], log: ServiceLog,
    seconds: Int = WebhookSender.seconds
  ) {
    (self.core, self.log) = (core, log)
    self.facades = Dictionary(
      facades.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    var client = core.client
    client.redirects = 0
    client.connectSeconds = seconds
    client.totalSeconds = seconds
    self.client = client
  }

  /// Starts what is due; called a few times a second.
  func turn() throws {
    let free = Self.most - running.withLock { $0.count }
    guard free > 0, try core.store.read(WebhookStore.hasDue) else { return }
    let busy = running.withLock { running in
      (
        urls: running.urls.filter { $0.value >= Self.mostEach }.map(\.key),
        accounts: running.accounts.filter { $0.value >= Self.mostOfAccount }.map(\.key)
      )
    }
    for delivery in try core.store.writeNow({ try WebhookStore.due(free, but: busy, $0) }) {
      let isFree = running.withLock { running in
        guard running.takes(delivery) else { return false }
        running.add(delivery, 1)
        return true
      }
      guard isFree else {
        try core.store.writeNow { try WebhookStore.putBack(delivery, $0) }
        continue
      }
      Task { [self] in
        await send(delivery)
        running.withLock { $0.add(delivery, -1) }
      }
    }
  }

  private func send(_ delivery: WebhookStore.Delivery) async {
    var (status, trouble): (Int?, String?) = (nil, nil)
    do {
      guard let (body, secret) = try await letter(delivery) else {
        try await core.store.write {
          try WebhookStore.settle(delivery, status: nil, error: nil, $0)
        }
        return
      }
      let now = Clock.now() / 1000
      let signature = Digest.hmac256(of: Array("\(now).".utf8) + body, key: Array(secret.utf8))
      status = try await client.post(
        delivery.url, body: body,
        headers: [
          ("Content-Type", "application/json"),
          ("X-Maquette-Signature", "t=\(now),v1=\(signature)"),
          ("X-Maquette-Event-Id", delivery.id), ("X-Maquette-Attempt", "\(delivery.attempt)"),
        ])
    } catch {
      trouble = "\(error)"
    }
    do {
      let (code, why) = (status, trouble)
      try await core.store.write {
        try WebhookStore.settle(delivery, status: code, error: why, $0)
      }
    } catch {
      log.write("webhook-trouble", ["error": .string("\(error)")])
    }
  }

  /// What is sent, and what it is signed with; nil where a newer event has overtaken it.
  private func letter(_ delivery: WebhookStore.Delivery) async throws -> (
    body: [UInt8], secret: String
  )? {
    let found = try core.store.read { database -> (Job, [Job.Output])? in
      guard let job = try JobStore.find(id: delivery.job, database),
        delivery.isTerminal || !job.state.isTerminal
      else { return nil }
      return (job, try JobStore.outputs(of: job.id, database))
    }
    guard let (job, outputs) = found else { return nil }
    let account = job.account
    var secret = try core.store.read { try WebhookStore.knownSecret(of: account, $0) }
    if secret == nil {
      secret = try await core.store.write { try WebhookStore.secret(of: account, $0) }
    }
    let news =
      facades[job.dialect]?.news(of: job, outputs, core) ?? NativeJobs.wire(job, outputs, core)
    return (Array(news.text().utf8), secret ?? "")
  }
}
