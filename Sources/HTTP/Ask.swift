import CCurl
import Foundation
import Glibc

/// A request to a server that the operator named himself, with files that go out and come in.
public struct Ask: Sendable {
  public enum Body: Sendable {
    case none
    case bytes([UInt8], type: String)
    /// A file, as it is.
    case file(String)
    /// A file in a form of `multipart/form-data`.
    case form(file: String, field: String)
  }

  public var method: String
  public var url: String
  public var headers: [(name: String, value: String)] = []
  public var body = Body.none
  /// Where what is answered with a status below 300 goes instead of into memory; made anew.
  public var target: String?
  /// After so many it is given up; 0 for none, because files take what they take.
  public var seconds = 0
  /// Signed as Amazon's services ask it, version 4.
  public var signature: Signature?

  public struct Signature: Sendable {
    let service, region, key, secret: String

    public init(service: String, region: String, key: String, secret: String) {
      (self.service, self.region, self.key, self.secret) = (service, region, key, secret)
    }
  }

  public struct Answer: Sendable {
    public let status: Int
    public let body: [UInt8]
    /// `Last-Modified` against `Date`, in seconds, where both are there.
    public let age: Double?
  }

  public init(_ method: String, _ url: String, _ body: Body = .none) {
    (self.method, self.url, self.body) = (method, url, body)
  }

  /// The most that is held in memory.
  private static let limit = 64 << 20

  /// Asks, on this thread; whatever the status, it is an answer. What stands still for five minutes
  /// is given up: whoever takes a large file in may think about it for a while.
  public func perform() throws(Client.Failure) -> Answer {
    let handle = try CurlHandle()
    let transfer = Transfer(.everything, nil, Self.limit)
    transfer.isKept = true
    if let target {
      guard FileManager.default.createFile(atPath: target, contents: nil),
        let file = FileHandle(forWritingAtPath: target)
      else { throw .local("what is answered cannot be stored") }
      (transfer.file, transfer.limit) = (file, .max)
      // What says why there is none is no file.
      transfer.isForFile = { handle.status < 300 }
    }
    var client = Client(.everything)
    (client.totalSeconds, client.redirects) = (seconds, 0)
    handle.set(CURLOPT_LOW_SPEED_LIMIT, 1)
    handle.set(CURLOPT_LOW_SPEED_TIME, 300)
    let sent = try Sent(self, handle)
    defer { withExtendedLifetime(sent) {} }
    let status: Int
    do throws(Client.Failure) { status = try client.perform(handle, url, transfer) } catch {
      discard()
      throw error
    }
    if status >= 300 { discard() }
    do { try transfer.file?.close() } catch {
      discard()
      throw .local("what is answered cannot be stored")
    }
    func time(_ name: String) -> Double? { handle.header(name).flatMap(Self.seconds) }
    let age = time("Date").flatMap { now in time("Last-Modified").map { now - $0 } }
    return Answer(status: status, body: transfer.kept, age: age)
  }

  /// Half a file is none.
  private func discard() {
    if let target { try? FileManager.default.removeItem(atPath: target) }
  }

  /// `Tue, 15 Nov 1994 12:45:26 GMT`
  private static func seconds(_ text: String) -> Double? {
    let time = unsafe curl_getdate(text, nil)
    return time >= 0 ? Double(time) : nil
  }
}

/// What libcurl reads while it sends.
@safe private final class Sent {
  private var list: UnsafeMutablePointer<curl_slist>?
  private var form: OpaquePointer?
  private var file: UnsafeMutablePointer<FILE>?

  init(_ ask: Ask, _ handle: CurlHandle) throws(Client.Failure) {
    let pointer = unsafe handle.pointer
    func text(_ option: CURLoption, _ value: String) {
      _ = unsafe maquette_curl_set_text(pointer, option, value)
    }
    var headers = ask.headers
    switch ask.body {
    case .none:
      if ask.method == "HEAD" { handle.set(CURLOPT_NOBODY, 1) }
    case .bytes(let bytes, let type):
      headers.append(("Content-Type", type))
      handle.set(CURLOPT_POSTFIELDSIZE, bytes.count)
      text(CURLOPT_COPYPOSTFIELDS, String(decoding: bytes, as: UTF8.self))
    case .file(let path):
      unsafe file = fopen(path, "re")
      guard unsafe file != nil else { throw .local("\(path) cannot be read") }
      let facts = try? FileManager.default.attributesOfItem(atPath: path)
      handle.set(CURLOPT_UPLOAD, 1)
      _ = unsafe maquette_curl_set_size(
        pointer, CURLOPT_INFILESIZE_LARGE, (facts?[.size] as? NSNumber)?.intValue ?? 0)
      _ = unsafe maquette_curl_set_pointer(pointer, CURLOPT_READDATA, file)
    case .form(let path, let field):
      unsafe form = curl_mime_init(pointer)
      let part = unsafe curl_mime_addpart(form)
      _ = unsafe curl_mime_name(part, field)
      guard unsafe curl_mime_filedata(part, path) == CURLE_OK else {
        throw .local("\(path) cannot be read")
      }
      _ = unsafe maquette_curl_set_form(pointer, form)
    }
    if ask.method != "HEAD" { text(CURLOPT_CUSTOMREQUEST, ask.method) }
    if let signature = ask.signature {
      text(CURLOPT_AWS_SIGV4, "aws:amz:\(signature.region):\(signature.service)")
      text(CURLOPT_USERPWD, "\(signature.key):\(signature.secret)")
    }
    // What is signed must be sent, and libcurl would sign this line that only takes one away.
    if ask.signature == nil { headers.append(("Expect", "")) }
    for (name, value) in headers {
      unsafe list = curl_slist_append(list, value.isEmpty ? "\(name):" : "\(name): \(value)")
    }
    _ = unsafe maquette_curl_set_headers(pointer, list)
  }

  deinit {
    unsafe curl_slist_free_all(list)
    unsafe curl_mime_free(form)
    if let file = unsafe file { unsafe fclose(file) }
  }
}
