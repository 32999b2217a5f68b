import CArchive
import Work

/// Reads entries of an archive in memory, those that are asked for.
///
/// Hostile archives are safe: nothing is written to disk, and no more is unpacked than `byteLimit`.
public struct ZipReader: Sendable {
  private let file: [UInt8]
  /// The entries' names as they stand in the archive, folders left out.
  public let names: [String]

  /// Throws where the bytes are no ZIP.
  public init(_ file: [UInt8]) throws(ArchiveError) {
    self.file = file
    var names: [String] = []
    unsafe try Self.walk(file) { _, name throws(ArchiveError) in
      if !name.hasSuffix("/") { names.append(name) }
      return true
    }
    self.names = names
  }

  /// What the entries hold, by name; the first of two with one name.
  ///
  /// - Parameter byteLimit: more bytes in all are an error.
  public func read(_ wanted: Set<String>, byteLimit: Int) throws(ArchiveError) -> [String: [UInt8]]
  {
    var found: [String: [UInt8]] = [:]
    var left = byteLimit
    if wanted.isEmpty { return [:] }
    unsafe try Self.walk(file) { archive, name throws(ArchiveError) in
      guard wanted.contains(name), found[name] == nil else { return true }
      let bytes = unsafe try Self.unpack(archive, name, atMost: left)
      left -= bytes.count
      found[name] = bytes
      return found.count < wanted.count
    }
    return found
  }

  /// Calls `visit` for each entry until it answers no.
  private static func walk(
    _ file: [UInt8], _ visit: (OpaquePointer, String) throws(ArchiveError) -> Bool
  ) throws(ArchiveError) {
    guard let archive = unsafe archive_read_new() else {
      throw ArchiveError("zip-start", "libarchive does not start", at: "")
    }
    defer { _ = unsafe archive_read_free(archive) }
    _ = unsafe archive_read_support_format_zip_seekable(archive)
    let outcome: Result<Void, ArchiveError> = unsafe file.withUnsafeBytes { bytes in
      do throws(ArchiveError) {
        guard
          unsafe archive_read_open_memory(archive, bytes.baseAddress, bytes.count) == ARCHIVE_OK
        else { throw unsafe Self.failure(archive, "") }
        while true {
          var entry: OpaquePointer?
          let status = unsafe archive_read_next_header(archive, &entry)
          if status == ARCHIVE_EOF { return .success(()) }
          guard status == ARCHIVE_OK || status == ARCHIVE_WARN, let entry = unsafe entry else {
            throw unsafe Self.failure(archive, "")
          }
          let name = unsafe archive_entry_pathname_utf8(entry).map { unsafe String(cString: $0) }
          guard unsafe try visit(archive, name ?? "") else { return .success(()) }
        }
      } catch {
        return .failure(error)
      }
    }
    try outcome.get()
  }

  private static func unpack(
    _ archive: OpaquePointer, _ name: String, atMost limit: Int
  ) throws(ArchiveError) -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      var piece: UnsafeRawPointer?
      var length = 0
      var offset: Int64 = 0
      let status = unsafe archive_read_data_block(archive, &piece, &length, &offset)
      if status == ARCHIVE_EOF { return bytes }
      guard status == ARCHIVE_OK else { throw unsafe failure(archive, name) }
      guard bytes.count + length <= limit else {
        throw ArchiveError(
          "zip-too-large", "the archive unpacks to more than the limit of bytes", at: name,
          kind: .unreadableInput)
      }
      unsafe bytes.append(
        contentsOf: UnsafeRawBufferPointer(start: piece, count: length))
    }
  }

  private static func failure(_ archive: OpaquePointer, _ place: String) -> ArchiveError {
    let words = unsafe archive_error_string(archive).map { unsafe String(cString: $0) }
    return ArchiveError(
      "bad-zip", "the ZIP archive cannot be read: \(words ?? "it is no archive")", at: place,
      kind: .unreadableInput)
  }
}
