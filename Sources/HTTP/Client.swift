import CCurl
import Dispatch
import Foundation
import Glibc
import Synchronization

/// Requests to the outside, through libcurl, behind `AddressGuard`.
public struct Client: Sendable {
  public enum Failure: Error, Sendable, Equatable {
    /// The URL is none that is fetched: scheme, port, user name.
    case badURL(String)
    /// It leads to an address that is not allowed.
    case blocked
    case tooLarge(limit: Int)
    case timedOut
    /// The server answered with this status.
    case status(Int)
    /// In libcurl's words.
    case failed(String)
    /// What goes out cannot be read here, or what comes in not stored.
    case local(String)
  }

  private static let start: Void = { _ = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) }()
  private static let queue = DispatchQueue(label: "client", attributes: .concurrent)
  public var addresses: AddressGuard
  public var connectSeconds = 10
  public var totalSeconds = 120
  public var redirects = 3

  /// Whether plain http is spoken; with what the guard allows by name it always is.
  public var allowsHTTP: Bool

  public init(_ addresses: AddressGuard = AddressGuard(), allowsHTTP: Bool = true) {
    (self.addresses, self.allowsHTTP) = (addresses, allowsHTTP)
  }

  /// Downloads to a file that is made anew. Throws `Failure`; the file is then not there.
  public func download(_ url: String, to path: String, limit: Int) async throws {
    let client = self
    try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
      Self.queue.async {
        do throws(Failure) {
          try client.downloadNow(url, to: path, limit: limit)
          done.resume()
        } catch {
          try? FileManager.default.removeItem(atPath: path)
          done.resume(throwing: error)
        }
      }
    }
  }

  /// Posts a body and gives the status that is answered; what else is answered is dropped. Throws
  /// `Failure` where there is no answer.
  public func post(
    _ url: String, body: [UInt8], headers: [(name: String, value: String)]
  ) async throws -> Int {
    let client = self
    return try await withCheckedThrowingContinuation { done in
      Self.queue.async {
        do throws(Failure) {
          done.resume(returning: try client.postNow(url, body, headers))
        } catch {
          done.resume(throwing: error)
        }
      }
    }
  }

  /// Throws where a URL would not be asked, whatever it leads to.
  public func check(_ url: String) throws(Failure) { _ = try scheme(url) }

  private func downloadNow(_ url: String, to path: String, limit: Int) throws(Failure) {
    guard FileManager.default.createFile(atPath: path, contents: nil),
      let file = FileHandle(forWritingAtPath: path)
    else { throw .failed("the download cannot be stored") }
    defer { try? file.close() }
    let handle = try CurlHandle()
    handle.set(CURLOPT_FAILONERROR, 1)
    _ = unsafe maquette_curl_set_size(handle.pointer, CURLOPT_MAXFILESIZE_LARGE, limit)
    _ = try perform(handle, url, Transfer(addresses, file, limit))
  }

  private func postNow(
    _ url: String, _ body: [UInt8], _ headers: [(name: String, value: String)]
  ) throws(Failure) -> Int {
    let handle = try CurlHandle()
    var list: UnsafeMutablePointer<curl_slist>?
    // Without the last, libcurl waits for leave to send what is longer.
    for line in headers.map({ "\($0.name): \($0.value)" }) + ["Expect:"] {
      unsafe list = curl_slist_append(list, line)
    }
    defer { unsafe curl_slist_free_all(list) }
    _ = unsafe maquette_curl_set_headers(handle.pointer, list)
    handle.set(CURLOPT_POST, 1)
    handle.set(CURLOPT_POSTFIELDSIZE, body.count)
    _ = unsafe maquette_curl_set_text(
      handle.pointer, CURLOPT_COPYPOSTFIELDS, String(decoding: body, as: UTF8.self))
    return try perform(handle, url, Transfer(addresses, nil, 1 << 20))
  }

  /// Asks, and gives the status of the answer.
  func perform(
    _ handle: CurlHandle, _ url: String, _ transfer: Transfer
  ) throws(Failure) -> Int {
    _ = Self.start
    let scheme = try scheme(url)
    let context = unsafe Unmanaged.passUnretained(transfer).toOpaque()
    let numbers: [(CURLoption, Int)] = [
      (CURLOPT_NOSIGNAL, 1), (CURLOPT_FOLLOWLOCATION, redirects > 0 ? 1 : 0),
      (CURLOPT_MAXREDIRS, redirects), (CURLOPT_CONNECTTIMEOUT, connectSeconds),
      (CURLOPT_TIMEOUT, totalSeconds),
    ]
    for (option, value) in numbers { handle.set(option, value) }
    let texts = [
      (CURLOPT_URL, url), (CURLOPT_PROTOCOLS_STR, "http,https"),
      (CURLOPT_REDIR_PROTOCOLS_STR, scheme == "http" ? "http,https" : "https"), (CURLOPT_PROXY, ""),
      (CURLOPT_NOPROXY, "*"), (CURLOPT_USERAGENT, "maquette"),
    ]
    for (option, value) in texts {
      _ = unsafe maquette_curl_set_text(handle.pointer, option, value)
    }
    _ = unsafe maquette_curl_set_writer(handle.pointer, clientWrite)
    _ = unsafe maquette_curl_set_pointer(handle.pointer, CURLOPT_WRITEDATA, context)
    _ = unsafe maquette_curl_set_opener(handle.pointer, clientOpen)
    _ = unsafe maquette_curl_set_pointer(handle.pointer, CURLOPT_OPENSOCKETDATA, context)
    let result = unsafe curl_easy_perform(handle.pointer)
    if transfer.isBlocked { throw .blocked }
    if transfer.isOverLimit || result == CURLE_FILESIZE_EXCEEDED {
      throw .tooLarge(limit: transfer.limit)
    }
    let status = handle.status
    switch result {
    case CURLE_OK: return status
    case CURLE_OPERATION_TIMEDOUT: throw .timedOut
    case CURLE_HTTP_RETURNED_ERROR: throw .status(status)
    case CURLE_WRITE_ERROR, CURLE_READ_ERROR:
      throw .local(unsafe String(cString: curl_easy_strerror(result)))
    default: throw .failed(unsafe String(cString: curl_easy_strerror(result)))
    }
  }

  /// By libcurl's own parser, so that nobody reads the URL otherwise than who dials it.
  /// Gives the scheme.
  private func scheme(_ text: String) throws(Failure) -> String {
    guard let url = unsafe curl_url() else { throw .failed("libcurl does not start") }
    defer { unsafe curl_url_cleanup(url) }
    guard unsafe curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK else {
      throw .badURL("this is no URL")
    }
    func part(_ what: CURLUPart) -> String? {
      var text: UnsafeMutablePointer<CChar>?
      guard unsafe curl_url_get(url, what, &text, 0) == CURLUE_OK, let found = unsafe text else {
        return nil
      }
      defer { unsafe curl_free(found) }
      return unsafe String(cString: found)
    }
    guard let scheme = part(CURLUPART_SCHEME), ["http", "https"].contains(scheme) else {
      throw .badURL("only http and https are fetched")
    }
    guard part(CURLUPART_USER) == nil, part(CURLUPART_PASSWORD) == nil else {
      throw .badURL("the URL must not hold a user name")
    }
    let place = "\(part(CURLUPART_HOST) ?? ""):\(part(CURLUPART_PORT) ?? "80")"
    guard scheme == "https" || allowsHTTP || addresses.allowed.contains(place) else {
      throw .badURL("plain http is not fetched; give an https address")
    }
    return scheme
  }
}

/// A request of libcurl's.
@safe final class CurlHandle {
  let pointer: UnsafeMutableRawPointer

  init() throws(Client.Failure) {
    guard let pointer = unsafe curl_easy_init() else { throw .failed("libcurl does not start") }
    unsafe self.pointer = pointer
  }

  deinit { unsafe curl_easy_cleanup(pointer) }

  func set(_ option: CURLoption, _ value: Int) {
    _ = unsafe maquette_curl_set_long(pointer, option, value)
  }

  /// Of the last answer.
  var status: Int {
    var status = 0
    _ = unsafe maquette_curl_status(pointer, &status)
    return status
  }

  /// A header of the last answer.
  func header(_ name: String) -> String? {
    var found: UnsafeMutablePointer<curl_header>?
    guard
      unsafe curl_easy_header(pointer, name, 0, UInt32(CURLH_HEADER), -1, &found) == CURLHE_OK,
      let found = unsafe found
    else { return nil }
    return unsafe String(cString: found.pointee.value)
  }
}

/// What libcurl's calls work on, all from the thread that transfers.
final class Transfer {
  let addresses: AddressGuard
  /// Nil where what comes goes nowhere else.
  var file: FileHandle?
  var limit: Int
  /// Whether what goes to no file is kept, rather than dropped.
  var isKept = false
  var kept: [UInt8] = []
  /// Asked with the answer's head: whether what comes goes to the file.
  var isForFile: () -> Bool = { true }
  var received = 0
  var isBlocked = false
  var isOverLimit = false

  init(_ addresses: AddressGuard, _ file: FileHandle?, _ limit: Int) {
    (self.addresses, self.file, self.limit) = (addresses, file, limit)
  }
}

private let clientWrite: curl_write_callback = { bytes, size, count, context in
  let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context!).takeUnretainedValue()
  let total = size * count
  transfer.received += total
  guard transfer.received <= transfer.limit else {
    transfer.isOverLimit = true
    return 0
  }
  do {
    if let file = transfer.file, transfer.isForFile() {
      try unsafe file.write(contentsOf: Data(bytes: bytes!, count: total))
    } else if transfer.isKept {
      unsafe bytes!.withMemoryRebound(to: UInt8.self, capacity: total) { bytes in
        unsafe transfer.kept.append(contentsOf: UnsafeBufferPointer(start: bytes, count: total))
      }
    }
    return total
  } catch {
    return 0
  }
}

private let clientOpen: curl_opensocket_callback = { context, _, address in
  let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context!).takeUnretainedValue()
  guard let address = unsafe address, !transfer.isBlocked else { return -1 }
  let family = unsafe address.pointee.family
  // sockaddr_in and sockaddr_in6 both hold the port, in network order, after the family.
  let raw = unsafe withUnsafeBytes(of: &address.pointee.addr) { unsafe [UInt8]($0) }
  let size = Int(unsafe address.pointee.addrlen)
  let port = raw.count >= 4 ? UInt16(raw[2]) << 8 | UInt16(raw[3]) : 0
  var bytes: [UInt8] = []
  if family == AF_INET {
    bytes = Array(raw[4..<8])
  } else if family == AF_INET6, size >= 24 {
    bytes = unsafe withUnsafePointer(to: &address.pointee.addr) { pointer in
      unsafe [UInt8](UnsafeRawBufferPointer(start: pointer, count: 24))[8..<24].map { $0 }
    }
  }
  var text = [CChar](repeating: 0, count: 64)
  _ = unsafe inet_ntop(family, bytes, &text, socklen_t(text.count))
  let written = String(
    decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  guard !bytes.isEmpty, transfer.addresses.permits(bytes, port: port, text: written) else {
    transfer.isBlocked = true
    return -1
  }
  return unsafe socket(
    family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
}
