import Foundation
import HTTP
import Settings
import Synchronization
import Work

/// A server over HTTP.
final class ServerWork: WorkSource {
  private let url: String
  private let key: String
  private let name = LeaseOwner.here()
  /// When the server was last asked for the lease.
  private let asked = Mutex(0)

  private static let waitSeconds = 20
  /// Between questions whether a lease is held.
  private static let pause = 4_000

  /// Throws `ServiceError` where the address is none.
  ///
  /// - Parameters:
  ///   - server: `https://maquette.example.org`, with a path where it has one.
  ///   - key: of the scope `work`.
  init(_ server: String, key: String) throws {
    guard server.hasPrefix("http://") || server.hasPrefix("https://") else {
      throw ServiceError(
        .usage, "server", "--server takes an address such as https://maquette.example.org")
    }
    var url = server
    while url.hasSuffix("/") { url.removeLast() }
    (self.url, self.key) = (url + "/maquette/v1/leases", key)
  }

  func next() throws -> Lease? {
    let wanted: JSONValue = [
      "worker": .string(name), "waitSeconds": .integer(Self.waitSeconds),
    ]
    do {
      let answer = try ask("POST", "", wanted)
      return answer.status == 204 ? nil : try NativeLeases.lease(try Self.json(answer))
    } catch Trouble.refused(let status, let why) where [401, 403, 404].contains(status) {
      throw ServiceError(.usage, "server", "the server gives no work: \(why)")
    }
  }

  func fetch(_ blob: String, for lease: Lease, to path: String) throws {
    var ask = request("GET", "/\(lease.owner)/inputs/\(blob)")
    ask.target = path
    try perform(ask)
  }

  func keep(_ path: String, as name: String, of lease: Lease) throws {
    let allowed = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-_."))
    let encoded = name.addingPercentEncoding(withAllowedCharacters: allowed) ?? name
    var ask = request("POST", "/\(lease.owner)/outputs?name=\(encoded)")
    ask.body = .form(file: path, field: "file")
    try perform(ask)
  }

  func isHeld(_ lease: Lease, progress: (phase: Job.Phase, percent: Int)?) throws -> Bool {
    if progress == nil, asked.withLock({ Clock.steady() - $0 < Self.pause }) { return true }
    asked.withLock { $0 = Clock.steady() }
    let body: JSONValue = [
      "phase": .integer(progress?.phase.rawValue ?? 0),
      "percent": .integer(progress?.percent ?? 0),
    ]
    return try Self.json(try ask("POST", "/\(lease.owner)", body))["isHeld"]?.bool ?? false
  }

  func finish(_ lease: Lease, _ ending: JobProcess.Ending) throws {
    _ = try ask("POST", "/\(lease.owner)/end", ending.json)
  }

  func release(_ lease: Lease) throws {
    _ = try ask("POST", "/\(lease.owner)/end", ["released": true])
  }

  /// It is seen by the worker's silence.
  func leave() {}

  // MARK: Asking

  private enum Trouble: PassingTrouble, CustomStringConvertible {
    /// The server does not answer, or says that it cannot just now.
    case passing(String)
    case refused(Int, String)

    var isPassing: Bool { if case .passing = self { true } else { false } }
    var description: String {
      switch self {
      case .passing(let text), .refused(_, let text): text
      }
    }
  }

  private func request(_ method: String, _ path: String) -> Ask {
    var ask = Ask(method, url + path)
    ask.headers = [("Authorization", "Bearer \(key)")]
    return ask
  }

  private func ask(_ method: String, _ path: String, _ json: JSONValue) throws -> Ask.Answer {
    var ask = request(method, path)
    ask.body = .bytes(Array(json.text().utf8), type: "application/json")
    // Less than a lease: an answer that got lost is asked for again.
    ask.seconds = Self.waitSeconds + 10
    return try perform(ask)
  }

  @discardableResult private func perform(_ ask: Ask) throws -> Ask.Answer {
    let answer: Ask.Answer
    do { answer = try ask.perform() } catch Client.Failure.badURL(let why) {
      throw ServiceError(.usage, "server", "\(url) cannot be asked: \(why)")
    } catch Client.Failure.local(let why) {
      throw Trouble.refused(0, why)
    } catch {
      throw Trouble.passing("\(url) cannot be reached: \(Self.words(error))")
    }
    switch answer.status {
    case 200..<300: return answer
    case 408, 429, 502, 503, 504: throw Trouble.passing("\(url) answered with \(answer.status)")
    default:
      let said = (try? Self.json(answer)["title"]?.string) ?? ""
      throw Trouble.refused(answer.status, "\(url) answered with \(answer.status): \(said)")
    }
  }

  private static func words(_ failure: Client.Failure) -> String {
    switch failure {
    case .failed(let text): text
    case .timedOut: "it does not answer"
    default: "\(failure)"
    }
  }

  private static func json(_ answer: Ask.Answer) throws -> JSONValue {
    try JSONValue(parsing: Data(answer.body))
  }
}
