import Foundation
import Glibc
import HTTP
import Work
import Synchronization

/// A bucket of a server that speaks Amazon's S3, with a folder that holds what was used lately.
final class S3Storage: BlobStorage {
  /// Of the bucket, with what goes before each name, a slash at the end.
  private let url: String
  private let bucketURL, prefix: String
  private let signature: Ask.Signature
  private let token: String?
  private let near: FolderStorage
  /// When the near folder was last tidied.
  private let tidied = Mutex(0)
  /// What is as young as this is not sent again to make it younger.
  private static let fresh = 1_800.0
  /// Amazon takes no more at once.
  private static let most = 5 << 30
  private static let emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

  /// - Parameters:
  ///   - place: `s3://bucket` or `s3://bucket/some/prefix`.
  ///   - endpoint: of another server than Amazon's: `https://minio.example.org`.
  ///   - environment: with `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, and where they are needed
  ///     `AWS_SESSION_TOKEN` and `AWS_REGION`.
  init(
    _ place: String, endpoint: String?, near folder: String, environment: [String: String]
  ) throws {
    let parts = place.dropFirst("s3://".count).split(separator: "/").map(String.init)
    guard place.hasPrefix("s3://"), let bucket = parts.first,
      place.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_./:".contains($0)) })
    else {
      throw ServiceError(
        .usage, "assets", "--assets takes s3://BUCKET or s3://BUCKET/PREFIX, not \(place)")
    }
    guard let key = environment["AWS_ACCESS_KEY_ID"],
      let secret = environment["AWS_SECRET_ACCESS_KEY"]
    else {
      throw ServiceError(
        .usage, "assets",
        "for --assets set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment")
    }
    let region = environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] ?? "us-east-1"
    var server = endpoint ?? "https://s3.\(region).amazonaws.com"
    while server.hasSuffix("/") { server.removeLast() }
    bucketURL = "\(server)/\(bucket)"
    prefix = parts.dropFirst().map { $0 + "/" }.joined()
    url = "\(bucketURL)/\(prefix)"
    token = environment["AWS_SESSION_TOKEN"]
    signature = Ask.Signature(service: "s3", region: region, key: key, secret: secret)
    near = try FolderStorage(folder: folder)
    // That it can be reached and read is known before anything is taken.
    do { _ = try page(after: nil, most: 1) } catch let problem as BlobStore.Problem {
      throw ServiceError(.unreadableInput, "assets", problem.sentence)
    }
  }

  func put(_ path: String, as sha256: String) throws {
    if let age = try age(sha256), age < Self.fresh { return }
    guard fileBytes(path) ?? 0 <= Self.most else {
      throw BlobStore.Problem.cannotStore("a bucket takes no file of more than 5 GiB: \(path)")
    }
    var ask = Ask("PUT", url + sha256, .file(path))
    ask.headers = [("Content-Type", "application/octet-stream")]
    let answer = try perform(ask, hash: sha256)
    guard answer.status == 200 else { throw Self.problem(answer, "PUT") }
    // What was just made is likely wanted here.
    try? near.put(path, as: sha256)
  }

  func file(_ sha256: String) throws -> String {
    let path = near.place(sha256)
    if unsafe utimensat(AT_FDCWD, path, nil, 0) == 0 { return path }
    // Where it is found, and taken away, like any other.
    let beside = near.place("coming-" + Identifier.short())
    try FileManager.default.createDirectory(
      atPath: (beside as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: beside) }
    var ask = Ask("GET", url + sha256)
    ask.target = beside
    let answer = try perform(ask)
    guard answer.status == 200 else {
      throw answer.status == 404
        ? BlobStore.Problem.missing(sha256) : Self.problem(answer, "GET")
    }
    try near.put(beside, as: sha256)
    tidyNear()
    return path
  }

  func age(_ sha256: String) throws -> Double? {
    let answer = try perform(Ask("HEAD", url + sha256))
    switch answer.status {
    case 200: return answer.age ?? 0
    case 404: return nil
    default: throw Self.problem(answer, "HEAD")
    }
  }

  func remove(_ sha256: String) throws {
    near.remove(sha256)
    let answer = try perform(Ask("DELETE", url + sha256))
    guard [200, 204, 404].contains(answer.status) else { throw Self.problem(answer, "DELETE") }
  }

  func all() throws -> [String] {
    var names: [String] = []
    var token: String?
    repeat {
      let page = try page(after: token, most: 1000)
      names += page.names
      token = page.next
    } while token != nil
    return names
  }

  /// Takes files away from the near folder that nobody used for a day; looked at every hour.
  private func tidyNear() {
    let isDue = tidied.withLock { last in
      defer { if Clock.now() - last > 3_600_000 { last = Clock.now() } }
      return Clock.now() - last > 3_600_000
    }
    guard isDue else { return }
    for name in (try? near.all()) ?? [] where near.age(name) ?? 0 > 86_400 { near.remove(name) }
  }

  // MARK: Asking

  private func page(after token: String?, most: Int) throws -> (names: [String], next: String?) {
    func encoded(_ text: String) -> String {
      text.addingPercentEncoding(
        withAllowedCharacters: CharacterSet(
          charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"))!
    }
    // In the order in which they are signed.
    let query =
      (token.map { "continuation-token=\(encoded($0))&" } ?? "")
      + "list-type=2&max-keys=\(most)&prefix=\(encoded(prefix))"
    let answer = try perform(Ask("GET", "\(bucketURL)?\(query)"))
    guard answer.status == 200 else { throw Self.problem(answer, "GET") }
    let text = String(decoding: answer.body, as: UTF8.self)
    let names = Self.values("Key", text).map { String($0.dropFirst(prefix.count)) }
    return (names.filter(Self.isOurs), Self.values("NextContinuationToken", text).first)
  }

  /// What stands between tags of this name; our names and their tokens need no entities.
  private static func values(_ tag: String, _ xml: String) -> [String] {
    xml.components(separatedBy: "<\(tag)>").dropFirst().compactMap {
      $0.components(separatedBy: "</\(tag)>").first
    }
  }

  /// What else lies in the bucket is not looked at.
  private static func isOurs(_ name: String) -> Bool {
    name.count == 64 && name.allSatisfy { "0123456789abcdef".contains($0) }
  }

  private func perform(_ ask: Ask, hash: String = emptyHash) throws -> Ask.Answer {
    var ask = ask
    ask.signature = signature
    ask.headers.append(("x-amz-content-sha256", hash))
    if let token { ask.headers.append(("x-amz-security-token", token)) }
    do { return try ask.perform() } catch Client.Failure.local(let why) {
      throw BlobStore.Problem.cannotStore(why)
    } catch {
      throw BlobStore.Problem.unreachable("\(url) cannot be reached: \(error)")
    }
  }

  private static func problem(_ answer: Ask.Answer, _ method: String) -> BlobStore.Problem {
    let text = String(decoding: answer.body, as: UTF8.self)
    let word = values("Code", text).first ?? ""
    let sentence = "the store of files answered \(method) with \(answer.status) \(word)"
    return [408, 429].contains(answer.status) || answer.status >= 500
      ? .unreachable(sentence) : .cannotStore(sentence)
  }
}
