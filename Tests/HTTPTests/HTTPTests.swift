import Testing

@testable import HTTP

/// Parts and what they hold, whole and split at every place.
struct MultipartTests {
  private static let body =
    "preamble\r\n--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n"
    + "--b \r\nContent-Disposition: form-data; name=\"file\"; filename=\"x \\\"y\\\".glb\"\r\n"
    + "Content-Type: model/gltf-binary\r\n\r\n\r\n-- b is no boundary\r\n--b--\r\nepilogue"

  private static func parse(_ pieces: [[UInt8]]) throws -> [String] {
    var parser = try #require(MultipartParser(contentType: "multipart/form-data; boundary=\"b\""))
    var parts: [String] = []
    for piece in pieces {
      try parser.feed(piece) { event in
        switch event {
        case .part(let name, let file): parts.append("\(name)|\(file ?? "-")|")
        case .data(let bytes): parts[parts.count - 1] += String(decoding: bytes, as: UTF8.self)
        case .partEnd: parts[parts.count - 1] += "."
        }
      }
    }
    try parser.finish()
    return parts
  }

  @Test func partsAreTheSameHoweverTheyArrive() throws {
    let bytes = Array(Self.body.utf8)
    let wanted = ["a|-|one.", "file|x \"y\".glb|\r\n-- b is no boundary."]
    #expect(try Self.parse([bytes]) == wanted)
    #expect(try Self.parse(bytes.map { [$0] }) == wanted)
    for place in bytes.indices {
      let pieces = [Array(bytes[..<place]), Array(bytes[place...])]
      #expect(try Self.parse(pieces) == wanted, "split at \(place)")
    }
  }

  @Test(
    arguments: [
      "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none",
      "--b\r\nContent-Type: text/plain\r\n\r\none\r\n--b--",
      "--bx\r\n\r\n--b--", "", "--b junk\r\n\r\n--b--",
    ]) func rubbishIsRefused(_ body: String)
  {
    #expect(throws: BodyProblem.self) { _ = try Self.parse([Array(body.utf8)]) }
  }

  @Test func endlessHeadsAreRefused() {
    let body = "--b\r\n" + String(repeating: "x", count: 10_000)
    #expect(throws: BodyProblem.self) { _ = try Self.parse([Array(body.utf8)]) }
  }

  @Test(
    arguments: [
      "application/json", "multipart/form-data", "multipart/form-data; boundary=",
      "multipart/mixed; boundary=b",
    ]) func otherTypesAreNoForms(_ type: String)
  {
    #expect(MultipartParser(contentType: type) == nil)
  }
}

struct ByteRangeTests {
  @Test(
    arguments: [
      ("bytes=0-0", ByteRange.part(0..<1)), ("bytes=4-6", .part(4..<7)),
      ("bytes=9-9", .part(9..<10)), ("bytes=4-", .part(4..<10)), ("bytes=4-99", .part(4..<10)),
      ("bytes=-3", .part(7..<10)), ("bytes=-99", .part(0..<10)), ("bytes=10-", .unsatisfiable),
      ("bytes=-0", .unsatisfiable), ("bytes=99999999999999999999-", .unsatisfiable),
      ("bytes=0-1,4-5", .whole), ("bytes=5-4", .whole), ("bytes=a-b", .whole),
      ("items=0-1", .whole),
      ("bytes=-", .whole), ("bytes=1-2-3", .whole),
    ]) func rangesAreReadAsTheStandardSays(_ header: String, _ range: ByteRange)
  {
    #expect(ByteRange(header, size: 10) == range)
  }

  @Test func nothingIsTheWhole() { #expect(ByteRange(nil, size: 10) == .whole) }
}

struct RouterTests {
  /// After a slash it is one character with it, and still a segment of its own.
  @Test func marksAfterASlashAreSegments() {
    #expect(Router<Int>.segments("/task/\u{1F3FB}/x") == ["task", "\u{1F3FB}", "x"])
    #expect(Router<Int>.segments("//a/\u{301}") == ["a", "\u{301}"])
  }

  private static func router() throws -> Router<Int> {
    var router = Router<Int>()
    try router.add("GET", "/v1/models", 1)
    try router.add("POST", "/v1/models", 2)
    try router.add("POST", "/v1/models/ingest", 3)
    try router.add("GET", "/v1/models/{id}", 4)
    try router.add("GET", "/v1/models/{model}/file", 5)
    return router
  }

  private static func found(_ method: String, _ path: String) throws -> (Int, [String: String])? {
    guard case .found(let target, let names) = try router().match(method, path) else { return nil }
    return (target, names)
  }

  @Test func literalsGoBeforeNamesAndSlashesMeanNothing() throws {
    #expect(try Self.found("POST", "/v1/models/ingest")?.0 == 3)
    #expect(try Self.found("GET", "/v1/models/")?.0 == 1)
    #expect(try Self.found("HEAD", "/v1/models")?.0 == 1)
    let (target, names) = try #require(try Self.found("GET", "/v1/models/ingest"))
    #expect(target == 4 && names == ["id": "ingest"])
    #expect(try Self.found("GET", "/v1/models/a/file/")?.1 == ["model": "a"])
  }

  @Test func whatIsNotThereIsTold() throws {
    let router = try Self.router()
    guard case .wrongMethod(let allowed) = router.match("DELETE", "/v1/models") else {
      Issue.record("the path is known")
      return
    }
    #expect(allowed == ["GET", "HEAD", "POST"])
    guard case .none = router.match("GET", "/v2") else {
      Issue.record("the path is unknown")
      return
    }
  }

  @Test func twoOfOneShapeAreAConflict() throws {
    var router = try Self.router()
    #expect(throws: Router<Int>.Conflict.self) { try router.add("GET", "/v1/models/{other}", 6) }
  }
}

struct AddressGuardTests {
  @Test(
    arguments: [
      "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254",
      "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.0.1",
      "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    ]) func addressesOfOurOwnAreNotPublic(_ text: String)
  {
    #expect(!AddressGuard.isPublic(text.split(separator: ".").map { UInt8($0)! }))
  }

  @Test(arguments: [
    "1.1.1.1", "8.8.8.8", "100.63.255.255", "172.32.0.1", "192.0.1.1", "223.255.255.1",
  ])
  func othersAre(_ text: String) {
    #expect(AddressGuard.isPublic(text.split(separator: ".").map { UInt8($0)! }))
  }

  @Test func ofVersionSixOnlyTheInternetIs() {
    func address(_ start: [UInt8], _ end: [UInt8] = []) -> [UInt8] {
      start + Array(repeating: 0, count: 16 - start.count - end.count) + end
    }
    #expect(AddressGuard.isPublic(address([0x26, 0x06, 0x47, 0x00])))
    let others: [[UInt8]] = [
      address([]), address([], [1]),  // unspecified, loopback
      address([], [0xFF, 0xFF, 127, 0, 0, 1]), address([], [127, 0, 0, 1]),  // IPv4 within
      address([0, 0x64, 0xFF, 0x9B], [10, 0, 0, 1]),  // NAT64
      address([0x20, 0x02, 10, 0, 0, 1]), address([0x20, 0x01, 0, 0]),  // 6to4, Teredo
      address([0x20, 0x01, 0x0D, 0xB8]), address([0xFC]), address([0xFD, 0x00]),
      address([0xFE, 0x80]), address([0xFE, 0xC0]), address([0xFF, 0x02]), address([0x01, 0x00]),
    ]
    for other in others { #expect(!AddressGuard.isPublic(other), "\(other)") }
  }

  @Test func exceptionsAreExact() {
    let guarded = AddressGuard(allowed: ["10.0.0.7", "127.0.0.1:8000", "[::1]:8000"])
    #expect(guarded.permits([10, 0, 0, 7], port: 9, text: "10.0.0.7"))
    #expect(guarded.permits([127, 0, 0, 1], port: 8000, text: "127.0.0.1"))
    #expect(!guarded.permits([127, 0, 0, 1], port: 8001, text: "127.0.0.1"))
    #expect(!guarded.permits([10, 0, 0, 8], port: 80, text: "10.0.0.8"))
    #expect(guarded.permits([1, 1, 1, 1], port: 443, text: "1.1.1.1"))
    #expect(!guarded.permits([1, 1, 1, 1], port: 22, text: "1.1.1.1"))
    let loopback = [UInt8](repeating: 0, count: 15) + [1]
    #expect(guarded.permits(loopback, port: 8000, text: "::1"))
  }
}
