import Foundation
import Glibc
import Testing

@testable import HTTP

/// Over real sockets, on loopback.
struct ServerTests {
  /// Answers with what came.
  private static func echo(_ change: (inout ServerOptions) -> Void = { _ in }) throws -> Server {
    var options = ServerOptions()
    change(&options)
    let server = try Server(options)
    server.answer(
      with: Handler(
        admit: { head in
          if head.path == "/refused" { return .refuse(Response(status: 401)) }
          return .accept(BodyPolicy(limit: 100_000, takesForms: true), context: nil)
        },
        answer: { request in
          if request.head.path == "/file" {
            return FileAnswer(
              path: request.head.query("path") ?? "", bytes: 10, sha256: "abc",
              mediaType: "text/plain", name: "a\"b.txt", isPublic: true
            ).response(to: request.head)
          }
          if request.head.path == "/stream" {
            let stream = ResponseStream()
            Task {
              for number in 0..<3 {
                try? await Task.sleep(for: .milliseconds(20))
                stream.send("data: \(number)\n\n")
              }
              stream.finish()
            }
            return Response(status: 200, content: .stream(stream))
          }
          let text =
            switch request.body {
            case .none: "none"
            case .bytes(let bytes): "bytes \(bytes.count)"
            case .form(let form):
              "form "
                + form.files.map { file in
                  "\(file.field) \(file.bytes) \(FileManager.default.contents(atPath: file.path)?.count ?? -1)"
                }.joined()
            }
          return Response(
            type: "text/plain", text: "\(request.head.method) \(request.head.path) \(text)")
        },
        problem: { _, problem in
          Response(status: problem == .tooLarge(limit: 100_000) ? 413 : 400)
        }))
    return server
  }

  /// Sends bytes, reads to the end of the connection; waits elsewhere than where answers are made.
  private static func exchange(
    _ port: UInt16, _ pieces: [String], pause: UInt32 = 0
  ) async -> String {
    await withCheckedContinuation { done in
      DispatchQueue.global().async { done.resume(returning: talk(port, pieces, pause)) }
    }
  }

  private static func talk(_ port: UInt16, _ pieces: [String], _ pause: UInt32) -> String {
    let socket = socketTo(port)
    guard socket >= 0 else { return "" }
    defer { close(socket) }
    for piece in pieces {
      let bytes = Array(piece.utf8)
      if unsafe send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) < 0 { break }
      usleep(pause)
    }
    var answer: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while case let count = unsafe recv(socket, &piece, piece.count, 0), count > 0 {
      answer += piece[..<count]
    }
    return String(decoding: answer, as: UTF8.self)
  }

  private static func socketTo(_ port: UInt16) -> Int32 {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard let address = try? SocketAddress("127.0.0.1", port: port) else { return -1 }
    let result = unsafe address.withPointer {
      unsafe connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
    return result == 0 ? socket : -1
  }

  private static func get(_ path: String, _ headers: String = "", method: String = "GET") -> String
  {
    "\(method) \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\(headers)\r\n"
  }

  @Test func bodiesComeWhole() async throws {
    let server = try Self.echo()
    #expect(await Self.exchange(server.port, [Self.get("/a%20b?c=d")]).hasSuffix("GET /a b none"))
    let post = "POST /p HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\n"
    #expect(
      await Self.exchange(server.port, [post, "he", "llo"], pause: 20_000).hasSuffix("bytes 5"))
    let chunked =
      "POST /p HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
      + "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"
    #expect(await Self.exchange(server.port, [chunked]).hasSuffix("bytes 7"))
    let form =
      "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n12345\r\n--b--\r\n"
    let head =
      "POST /p HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: \(form.utf8.count)\r\n"
      + "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
    #expect(await Self.exchange(server.port, [head, form]).hasSuffix("form file 5 5"))
    await server.stop()
  }

  @Test func tooMuchIsToldAndFilesAreGone() async throws {
    let folder = NSTemporaryDirectory() + "http-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let server = try Self.echo { $0.uploadFolder = folder }
    let long = String(repeating: "x", count: 200_000)
    let known = "POST /p HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 200000\r\n\r\n"
    #expect(await Self.exchange(server.port, [known, long]).hasPrefix("HTTP/1.1 413"))
    let form =
      "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n\(long)\r\n--b--\r\n"
    let head =
      "POST /p HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
      + "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
      + "\(String(form.utf8.count, radix: 16))\r\n\(form)\r\n0\r\n\r\n"
    #expect(await Self.exchange(server.port, [head]).hasPrefix("HTTP/1.1 413"))
    let refused =
      "POST /refused HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"
    #expect(await Self.exchange(server.port, [refused]).hasPrefix("HTTP/1.1 401"))
    await server.stop()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
  }

  @Test func filesComeInRangesAndOnlyWhereTheyChanged() async throws {
    let path = NSTemporaryDirectory() + "ranges-\(UUID().uuidString)"
    try Data("0123456789".utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let server = try Self.echo()
    func ask(_ headers: String, method: String = "GET") async -> String {
      await Self.exchange(server.port, [Self.get("/file?path=\(path)", headers, method: method)])
    }
    let whole = await ask("")
    #expect(whole.hasPrefix("HTTP/1.1 200") && whole.hasSuffix("\r\n0123456789"))
    #expect(whole.contains("Cache-Control: public, max-age=31536000, immutable"))
    #expect(whole.contains("filename=\"ab.txt\"") && whole.contains("ETag: \"abc\""))
    let part = await ask("Range: bytes=2-4\r\n")
    #expect(part.hasPrefix("HTTP/1.1 206") && part.hasSuffix("\r\n234"))
    #expect(part.contains("Content-Range: bytes 2-4/10"))
    #expect(await ask("Range: bytes=20-\r\n").contains("Content-Range: bytes */10"))
    #expect(await ask("If-None-Match: W/\"abc\"\r\n").hasPrefix("HTTP/1.1 304"))
    #expect(await ask("If-Range: \"old\"\r\nRange: bytes=2-4\r\n").hasPrefix("HTTP/1.1 200"))
    let head = await ask("", method: "HEAD")
    #expect(head.contains("Content-Length: 10") && head.hasSuffix("\r\n\r\n"))
    await server.stop()
  }

  @Test func streamsComeBitByBit() async throws {
    let server = try Self.echo()
    let answer = await Self.exchange(server.port, [Self.get("/stream")])
    for number in 0..<3 { #expect(answer.contains("data: \(number)\n\n")) }
    await server.stop()
  }

  /// A byte now and then keeps no connection open.
  @Test func slowClientsAreCutOff() async throws {
    let server = try Self.echo { options in
      options.slowClients.firstHeader = .seconds(1)
      options.slowClients.bodyWindow = .seconds(1)
    }
    let slow = Array(repeating: "X", count: 40)
    #expect(await Self.exchange(server.port, ["GET / HTTP/1.1\r\n"] + slow, pause: 100_000).isEmpty)
    let post = "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\n"
    #expect(await Self.exchange(server.port, [post] + slow, pause: 100_000).isEmpty)
    #expect(await Self.exchange(server.port, [Self.get("/")]).hasPrefix("HTTP/1.1 200"))
    await server.stop()
  }

  @Test func theClientDialsWhereItMayAndStopsAtItsLimit() async throws {
    let server = try Self.echo()
    let path = NSTemporaryDirectory() + "download-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let url = "http://127.0.0.1:\(server.port)/x"
    await #expect(throws: Client.Failure.blocked) {
      try await Client().download(url, to: path, limit: 100)
    }
    var allowed = Client(AddressGuard(allowed: ["127.0.0.1:\(server.port)"]))
    allowed.totalSeconds = 3600
    try await allowed.download(url, to: path, limit: 100)
    #expect(FileManager.default.contents(atPath: path) == Data("GET /x none".utf8))
    await #expect(throws: Client.Failure.tooLarge(limit: 5)) {
      try await allowed.download(url, to: path, limit: 5)
    }
    await #expect(throws: Client.Failure.status(401)) {
      try await allowed.download(
        "http://127.0.0.1:\(server.port)/refused", to: path, limit: 100)
    }
    #expect(!FileManager.default.fileExists(atPath: path))
    await server.stop()
  }

  /// None of these leads anywhere: ways to write the addresses of this machine and of clouds' metadata.
  @Test(
    arguments: [
      "http://127.0.0.1/", "http://localhost/", "http://127.1/", "http://2130706433/",
      "http://0x7f000001/", "http://0177.0.0.1/", "http://0x7f.1/", "http://0/", "http://0.0.0.0/",
      "http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
      "http://[0:0:0:0:0:ffff:a9fe:a9fe]/", "http://169.254.169.254/latest/meta-data/",
      "http://2852039166/", "http://0xa9fea9fe/", "http://[64:ff9b::a9fe:a9fe]/",
      "http://[2002:7f00:1::]/", "http://[fe80::1]/", "http://[fc00::1]/", "http://[fd00::1]/",
      "http://10.0.0.1/", "http://10.255.255.255/", "http://172.16.0.1/", "http://172.31.255.255/",
      "http://192.168.1.1/", "http://100.64.0.1/", "http://100.127.255.255/", "http://198.18.0.1/",
      "http://192.0.0.1/", "http://192.0.2.1/", "http://198.51.100.1/", "http://203.0.113.1/",
      "http://224.0.0.1/", "http://239.255.255.255/", "http://240.0.0.1/",
      "http://255.255.255.255/",
      "http://127.0.0.1:80/", "http://127.0.0.1:443/", "https://127.0.0.1/",
      "http://127.0.0.1:8443/",
      "http://1.1.1.1:22/", "http://1.1.1.1:6379/", "http://1.1.1.1:11211/", "http://8.8.8.8:25/",
      "http://user@127.0.0.1/", "http://user:pass@1.1.1.1/", "http://1.1.1.1@127.0.0.1/",
      "http://127.0.0.1#@1.1.1.1/", "http://127.0.0.1\\@1.1.1.1/", "file:///etc/passwd",
      "ftp://1.1.1.1/", "gopher://127.0.0.1:6379/_", "dict://127.0.0.1:11211/", "ldap://127.0.0.1/",
      "jar:http://127.0.0.1!/", "data:text/plain,x", "//127.0.0.1/", "127.0.0.1", "http://", "",
      "http:///", "http://[::1", "http://127.0.0.1:99999/", "http://localhost.localdomain/",
    ]) func addressesOfOurOwnAreRefused(_ url: String) async
  {
    let path = NSTemporaryDirectory() + "refused-\(UUID().uuidString)"
    var client = Client()
    client.connectSeconds = 2
    client.totalSeconds = 2
    var refusal: Client.Failure?
    do { try await client.download(url, to: path, limit: 100) } catch {
      refusal = error as? Client.Failure
    }
    // A name that the machine does not know is not dialled either.
    let isRefused =
      switch refusal {
      case .blocked, .badURL: true
      case .failed(let why): why.contains("resolve")
      default: false
      }
    #expect(isRefused, "\(url): \(String(describing: refusal))")
    #expect(!FileManager.default.fileExists(atPath: path))
  }
}
