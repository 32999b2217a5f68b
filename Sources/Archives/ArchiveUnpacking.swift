import CArchive
public import Foundation
import Work

/// What an archive of strangers may hold.
public struct ArchiveLimits: Sendable {
  public var entries = 10_000
  /// In all, unpacked.
  public var bytes = 1 << 30
  /// How many times as large an entry may become; counted beyond the first mebibyte, which does no harm.
  public var ratio = 200

  public init() {}
}

extension ArchiveReader {
  /// Unpacks a ZIP, or a tar that may be compressed, into an empty folder.
  ///
  /// Refused, wherever it stands in the archive: a path that is absolute or leaves the folder, links, devices,
  /// encrypted entries, archives in the archive, two entries with one name, and whatever is over the limits,
  /// which count what is really unpacked. Nothing outside the folder is ever written.
  ///
  /// - Returns: the names of the files, in the archive's order.
  public static func unpack(
    _ path: String, into folder: URL, limits: ArchiveLimits = ArchiveLimits()
  ) throws(ArchiveError) -> [String] {
    guard let archive = unsafe archive_read_new() else {
      throw ArchiveError("zip-start", "libarchive does not start", at: "")
    }
    defer { _ = unsafe archive_read_free(archive) }
    unsafe supportFiles(archive)
    guard unsafe archive_read_open_filename(archive, path, 1 << 16) == ARCHIVE_OK else {
      throw unsafe failure(archive, path)
    }
    var names: [String] = []
    var seen: Set<String> = []
    var left = limits.bytes
    while true {
      var entry: OpaquePointer?
      let status = unsafe archive_read_next_header(archive, &entry)
      if status == ARCHIVE_EOF { return names }
      guard status == ARCHIVE_OK || status == ARCHIVE_WARN, let entry = unsafe entry else {
        throw unsafe failure(archive, path)
      }
      let text = unsafe name(of: entry)
      guard let name = text, let parts = innerPath(name) else {
        throw refused(
          text.map { "\"\($0.prefix(80))\" is no relative path inside the archive" }
            ?? "it has a name in an encoding that is not known; pack it with names in UTF-8", path)
      }
      guard seen.count < limits.entries else {
        throw refused("it has more than \(limits.entries) entries", path)
      }
      guard seen.insert(parts.joined(separator: "/")).inserted else {
        throw refused("it has two entries with the name \"\(name.prefix(80))\"", path)
      }
      let kind = unsafe archive_entry_filetype(entry)
      let target = folder.appendingPathComponent(parts.joined(separator: "/"))
      if kind == 0o040000 { continue }
      guard kind == 0o100000 || kind == 0, unsafe archive_entry_hardlink(entry) == nil else {
        throw refused("\"\(name.prefix(80))\" is a link or a device, not a file", path)
      }
      guard unsafe archive_entry_is_encrypted(entry) == 0 else {
        throw refused("\"\(name.prefix(80))\" is encrypted; pack it without a password", path)
      }
      let bytes = unsafe try unpack(archive, name, atMost: left, ratio: limits.ratio)
      left -= bytes.count
      if isArchive(bytes), target.pathExtension.lowercased() != "3mf" {
        throw refused("\"\(name.prefix(80))\" is an archive itself; unpack it first", path)
      }
      do {
        try FileManager.default.createDirectory(
          at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: target)
      } catch {
        throw ArchiveError(
          "unpack", "\"\(name.prefix(80))\" cannot be unpacked: \(error.localizedDescription)",
          at: path, kind: .unreadableInput)
      }
      names.append(parts.joined(separator: "/"))
    }
  }

  /// The folders and the name of an entry; nil where it could leave the folder.
  private static func innerPath(_ name: String) -> [String]? {
    guard !name.hasPrefix("/"), !name.contains("\\"), !name.contains("\0"), !name.contains(":"),
      name.utf8.count < 1024
    else { return nil }
    let parts = name.split(separator: "/").map(String.init).filter { $0 != "." }
    return parts.isEmpty || parts.contains("..") ? nil : parts
  }

  private static func isArchive(_ bytes: [UInt8]) -> Bool {
    let beginnings: [[UInt8]] = [
      [0x50, 0x4B, 3, 4], [0x50, 0x4B, 5, 6], [0x1F, 0x8B], Array("BZh".utf8),
      [0xFD, 0x37, 0x7A, 0x58],
      [0x37, 0x7A, 0xBC, 0xAF], Array("Rar!".utf8), [0x28, 0xB5, 0x2F, 0xFD],
    ]
    return beginnings.contains { bytes.starts(with: $0) }
      || bytes.dropFirst(257).starts(with: Array("ustar".utf8))
  }

  private static func refused(_ why: String, _ path: String) -> ArchiveError {
    ArchiveError("archive-refused", why, at: path, kind: .unreadableInput)
  }
}
