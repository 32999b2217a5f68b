import Foundation
import Glibc
import HTTP
import Settings
import Synchronization

/// A server over HTTP. What cannot be told it just now is told it again, for as long as the lease may last.
final class ServerWork: WorkSource {
  private let url: String
  private let key: String
  private let name = LeaseOwner.here()
  /// When the server last answered for the lease.
  private let heard = Mutex(0)

  private static let waitSeconds = 20
  private static let patience = JobStore.leaseMilliseconds - 10_000

  /// - Parameters:
  ///   - server: `https://maquette.example.org`, with a path where it has one.
  ///   - key: of the scope `work`.
  init(_ server: String, key: String) {
    var url = server
    while url.hasSuffix("/") { url.removeLast() }
    (self.url, self.key) = (url + "/maquette/v1/leases", key)
  }

  func next() throws -> Lease? {
    let wanted: JSONValue = [
      "worker": .string(name), "waitSeconds": .integer(Self.waitSeconds),
    ]
    let answer = try ask("POST", "", wanted)
    heard.withLock { $0 = Clock.steady() }
    return answer.status == 204 ? nil : try NativeLeases.lease(try Self.json(answer))
  }

  func fetch(_ blob: String, for lease: Lease, to path: String) throws {
    var ask = request("GET", "/\(lease.owner)/inputs/\(blob)")
    ask.target = path
    try insist { try self.perform(ask) }
  }

  func keep(_ path: String, as name: String, of lease: Lease) throws {
    let allowed = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-_."))
    let encoded = name.addingPercentEncoding(withAllowedCharacters: allowed) ?? name
    var ask = request("POST", "/\(lease.owner)/outputs?name=\(encoded)")
    ask.body = .form(file: path, field: "file")
    try insist { try self.perform(ask) }
  }

  func isHeld(_ lease: Lease, progress: (phase: Job.Phase, percent: Int)?) throws -> Bool {
    let body: JSONValue = [
      "phase": .integer(progress?.phase.rawValue ?? 0),
      "percent": .integer(progress?.percent ?? 0),
    ]
    do {
      let answer = try ask("POST", "/\(lease.owner)", body)
      heard.withLock { $0 = Clock.steady() }
      return try Self.json(answer)["isHeld"]?.bool ?? false
    } catch Trouble.passing {
      return heard.withLock { Clock.steady() - $0 } < Self.patience
    }
  }

  func finish(_ lease: Lease, _ ending: JobProcess.Ending) throws {
    try insist { try self.ask("POST", "/\(lease.owner)/end", ending.json) }
  }

  func release(_ lease: Lease) throws {
    _ = try ask("POST", "/\(lease.owner)/end", ["released": true])
  }

  /// It is seen by the worker's silence.
  func leave() {}

  // MARK: Asking

  private enum Trouble: Error {
    /// The server does not answer, or says that it cannot just now.
    case passing(String)
    case refused(String)
  }

  private func request(_ method: String, _ path: String) -> Ask {
    var ask = Ask(method, url + path)
    ask.headers = [("Authorization", "Bearer \(key)")]
    return ask
  }

  private func ask(_ method: String, _ path: String, _ json: JSONValue) throws -> Ask.Answer {
    var ask = request(method, path)
    ask.body = .bytes(Array(json.text().utf8), type: "application/json")
    return try perform(ask)
  }

  @discardableResult private func perform(_ ask: Ask) throws -> Ask.Answer {
    let answer: Ask.Answer
    do { answer = try ask.perform() } catch { throw Trouble.passing("\(url): \(error)") }
    switch answer.status {
    case 200..<300: return answer
    case 429, 500...:
      throw Trouble.passing("\(ask.url) answered with \(answer.status)")
    default:
      let said = (try? Self.json(answer)["title"]?.string) ?? ""
      throw Trouble.refused("\(ask.url) answered with \(answer.status): \(said)")
    }
  }

  private static func json(_ answer: Ask.Answer) throws -> JSONValue {
    try JSONValue(parsing: Data(answer.body))
  }

  /// Again and again while the lease may last.
  private func insist(_ ask: () throws -> Ask.Answer) throws {
    while true {
      do {
        _ = try ask()
        return heard.withLock { $0 = Clock.steady() }
      } catch Trouble.passing(let why) {
        guard heard.withLock({ Clock.steady() - $0 }) < Self.patience else {
          throw Trouble.passing(why)
        }
        usleep(500_000)
      }
    }
  }
}
