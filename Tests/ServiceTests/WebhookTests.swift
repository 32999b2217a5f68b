import Foundation
import Settings
import Synchronization
import Testing

@testable import HTTP
@testable import Service

/// Who is told of jobs, how often, and with what.
struct WebhookTests {
  /// Answers with a status, and remembers what it was sent.
  private final class Receiver: Sendable {
    let server: Server
    let letters = Mutex<[(path: String, headers: [String: String], body: JSONValue)]>([])
    var url: String { "http://127.0.0.1:\(server.port)" }

    init(status: Int) throws {
      var options = ServerOptions()
      (options.address, options.port) = ("127.0.0.1", 0)
      server = try Server(options)
      server.answer(
        with: Handler(
          admit: { _ in .accept(BodyPolicy(limit: 1 << 20), context: nil) },
          answer: { [weak self] request in
            if case .bytes(let bytes) = request.body, let body = try? JSONText.parse(bytes) {
              self?.letters.withLock { $0.append((request.head.path, request.head.headers, body)) }
            }
            return Response(status: status)
          }, problem: { _, _ in Response(status: 500) }))
    }

    var count: Int { letters.withLock { $0.count } }
  }

  private static func service(_ receiver: Receiver) throws -> TestService {
    try TestService(script: TestService.planJob) { settings in
      settings.billing = .off
      settings.allowAddresses = "127.0.0.1:\(receiver.server.port)"
    }
  }

  private static func order(_ service: TestService, _ webhook: JSONValue) async -> String {
    let model = await service.upload()
    let made = await service.ask(
      "POST", "/maquette/v1/jobs",
      json: ["kind": "inspect", "inputs": [.string(model)], "webhook": webhook])
    return made.json["jobId"]?.string ?? ""
  }

  /// Sends what is due until nothing is, as long as it takes but not for ever.
  private static func send(_ service: TestService, until count: Int, at receiver: Receiver)
    async throws
  {
    // The receiver is in this process, whose threads other tests may hold for minutes.
    let sender = WebhookSender(
      service.core, Dialects.all(service.core.settings), log: .none, seconds: 25)
    for _ in 0..<30_000 where receiver.count < count {
      try sender.turn()
      try await Task.sleep(for: .milliseconds(20))
    }
    // What became of it is written a moment after it was taken.
    for _ in 0..<30_000 where try states(service).contains("sending") {
      try await Task.sleep(for: .milliseconds(20))
    }
    try await Task.sleep(for: .milliseconds(100))
  }

  private static func states(_ service: TestService) throws -> [String] {
    try service.core.store.read {
      try $0.rows("SELECT state FROM webhook_delivery ORDER BY created") { $0.text(0) }
    }
  }

  @Test func theEndIsToldOnceAndSigned() async throws {
    let receiver = try Receiver(status: 200)
    let service = try Self.service(receiver)
    let job = await Self.order(service, ["url": .string(receiver.url + "/hook")])
    #expect(try Self.states(service).isEmpty)
    try service.work()
    #expect(try Self.states(service) == ["waiting"])
    try await Self.send(service, until: 1, at: receiver)
    try await Self.send(service, until: 1, at: receiver)
    #expect(receiver.count == 1)
    let letter = receiver.letters.withLock { $0[0] }
    #expect(letter.path == "/hook" && letter.body["jobId"]?.string == job)
    #expect(letter.body["state"]?.string == "succeeded")
    #expect(letter.headers["x-maquette-signature"]?.hasPrefix("t=") == true)
    #expect(letter.headers["x-maquette-event-id"]?.hasPrefix("evt_") == true)
    #expect(try Self.states(service) == ["delivered"])
    let shown = await service.ask("GET", "/maquette/v1/webhooks")
    #expect(shown.json["deliveries"]?.array?[0]["httpStatus"]?.int == 200)
    #expect(shown.json["secret"]?.string?.hasPrefix("whsec_") == true)
  }

  @Test func failuresAreTriedAgainWithTheSameIdAndThenGivenUp() async throws {
    let receiver = try Receiver(status: 503)
    let service = try Self.service(receiver)
    _ = await Self.order(service, ["url": .string(receiver.url)])
    try service.work()
    // The first by the sender, the others by the store alone.
    try await Self.send(service, until: 1, at: receiver)
    let first = receiver.letters.withLock { $0.first?.headers["x-maquette-event-id"] }
    // On a busy machine its ten seconds may be over by now.
    try service.core.store.writeNow {
      _ = try $0.run(
        "UPDATE webhook_delivery SET next_at = ?", [.integer(Clock.now() + 3_600_000)])
    }
    for attempt in 2...8 {
      try service.core.store.writeNow { database in
        let early = try WebhookStore.due(9, but: ([], []), database)
        #expect(early.isEmpty)
        _ = try database.run("UPDATE webhook_delivery SET next_at = 0")
        let due = try WebhookStore.due(9, but: ([], []), database)
        #expect(due.map(\.id) == [first] && due.first?.attempt == attempt)
        let before = Clock.now()
        try WebhookStore.settle(due[0], status: nil, error: "gone", database)
        guard attempt <= WebhookStore.retrySeconds.count else { return }
        let next = try database.first("SELECT next_at FROM webhook_delivery") { $0.int(0) }
        let wait = WebhookStore.retrySeconds[attempt - 1] * 1000
        #expect((before + wait...Clock.now() + wait).contains(next ?? 0))
      }
    }
    #expect(try Self.states(service) == ["dead"])
  }

  @Test func newsOnTheWayAreOvertakenByTheEnd() async throws {
    let receiver = try Receiver(status: 200)
    let service = try Self.service(receiver)
    _ = await Self.order(service, ["url": .string(receiver.url), "mode": "sync"])
    try await Self.send(service, until: 1, at: receiver)
    #expect(receiver.letters.withLock { $0[0].body["state"]?.string } == "queued")
    try service.work()
    #expect(try Self.states(service) == ["overtaken", "waiting"])
    try await Self.send(service, until: 2, at: receiver)
    #expect(receiver.letters.withLock { $0[1].body["state"]?.string } == "succeeded")
  }

  @Test func anAccountsAddressesHearOfEveryJob() async throws {
    let receiver = try Receiver(status: 200)
    let service = try Self.service(receiver)
    let made = await service.ask(
      "POST", "/maquette/v1/webhooks", json: ["url": .string(receiver.url)])
    #expect(made.status == 201)
    _ = await service.upload()
    try service.work()
    try await Self.send(service, until: 1, at: receiver)
    #expect(receiver.count == 1)
    let id = made.json["webhookId"]?.string ?? ""
    #expect(await service.ask("DELETE", "/maquette/v1/webhooks/\(id)").status == 204)
    _ = await service.upload("b")
    try service.work()
    #expect(try Self.states(service) == ["delivered"])
  }

  @Test(arguments: [
    "http://example.org/x", "ftp://example.org", "nonsense", "https://user@example.org/",
  ])
  func addressesThatAreNeverAskedAreRefused(_ url: String) async throws {
    let service = try TestService { $0.billing = .off }
    let answer = await service.ask("POST", "/maquette/v1/webhooks", json: ["url": .string(url)])
    #expect(answer.status == 400)
  }

  /// Private addresses are only known when they are dialled.
  @Test func privateAddressesAreNotDialled() async throws {
    let service = try TestService(script: TestService.planJob) { $0.billing = .off }
    _ = await Self.order(service, ["url": "https://127.0.0.1:443/x"])
    try service.work()
    let sender = WebhookSender(service.core, Dialects.all(service.core.settings), log: .none)
    var error: String?
    for _ in 0..<3000 where error == nil {
      try sender.turn()
      try await Task.sleep(for: .milliseconds(20))
      error = try service.core.store.read {
        try $0.first("SELECT last_error FROM webhook_delivery") { $0.optionalText(0) } ?? nil
      }
    }
    #expect(error == "blocked")
  }
}
