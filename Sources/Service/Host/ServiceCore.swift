import Foundation
import HTTP
import Settings
import Synchronization

/// What every dialect works on.
struct ServiceCore: Sendable {
  let settings: ServiceSettings
  let data: DataFolder
  let store: Store
  let blobs: BlobStore
  let ledger: Ledger
  let client: Client
  let links: SignedLinks
  let publicURL: String
  /// Set when the service ends: who waits for a job is answered with how far it is.
  let isStopping = StopFlag()

  init(_ settings: ServiceSettings, data: DataFolder, publicURL: String) throws {
    (self.settings, self.data, self.publicURL) = (settings, data, publicURL)
    store = try Store(path: data.database)
    blobs = try BlobStore(folder: data.blobs)
    links = try SignedLinks(folder: data.root)
    ledger = Ledger(
      mode: settings.billing == .enforce ? .enforce : .off, shownBalance: settings.shownCredits)
    client = Client(
      AddressGuard(
        allowed: Set(settings.allowAddresses.split(separator: ",").map { String($0) })),
      allowsHTTP: settings.allowHttp)
  }

  /// A file of a job, as an answer.
  func answer(_ output: Job.Output, isPublic: Bool, to call: Call) -> Response {
    FileAnswer(
      path: blobs.path(output.blob), bytes: output.bytes, sha256: output.blob,
      mediaType: output.mediaType, name: output.name, isPublic: isPublic
    ).response(to: call.request.head)
  }
}

/// A flag that many look at.
final class StopFlag: Sendable {
  private let value = Atomic(false)
  func raise() { value.store(true, ordering: .releasing) }
  var isSet: Bool { value.load(ordering: .acquiring) }
}

/// What a file is, by its first bytes and never by its name.
enum Sniffed {
  /// `glb`, `gltf` or `zip`.
  static func model(_ path: String) -> String? {
    let start = bytes(path, 4096)
    if start.starts(with: Array("glTF".utf8)) { return "glb" }
    if start.starts(with: [0x50, 0x4B, 0x03, 0x04]) { return "zip" }
    return start.first { $0 > 0x20 } == UInt8(ascii: "{") ? "gltf" : nil
  }

  /// `png`, `jpg` or `webp`.
  static func picture(_ path: String) -> String? {
    let start = bytes(path, 16)
    if start.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return "png" }
    if start.starts(with: [0xFF, 0xD8, 0xFF]) { return "jpg" }
    let isWebP =
      start.starts(with: Array("RIFF".utf8)) && start.count >= 12
      && start[8..<12].elementsEqual("WEBP".utf8)
    return isWebP ? "webp" : nil
  }

  private static func bytes(_ path: String, _ count: Int) -> [UInt8] {
    guard let file = FileHandle(forReadingAtPath: path) else { return [] }
    defer { try? file.close() }
    return [UInt8]((try? file.read(upToCount: count)) ?? Data())
  }
}
