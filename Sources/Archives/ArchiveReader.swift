import CArchive
import Work

/// Reads entries of an archive, those that are asked for.
///
/// Hostile archives are safe: nothing is written to disk, and no more is unpacked than `byteLimit`.
public struct ArchiveReader: Sendable {
  private enum Source: Sendable {
    case memory([UInt8])
    case file(path: String)
  }

  private let source: Source
  /// The entries' names as they stand in the archive, folders and links left out.
  public let names: [String]

  /// A ZIP in memory. Throws where the bytes are none.
  public init(_ file: [UInt8]) throws(ArchiveError) { try self.init(.memory(file)) }

  /// A ZIP or a tar, also a compressed one, in a file. Throws where it is neither.
  public init(path: String) throws(ArchiveError) { try self.init(.file(path: path)) }

  private init(_ source: Source) throws(ArchiveError) {
    self.source = source
    var names: [String] = []
    unsafe try Self.walk(source) { _, name throws(ArchiveError) in
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
    unsafe try Self.walk(source) { archive, name throws(ArchiveError) in
      guard wanted.contains(name), found[name] == nil else { return true }
      let bytes = unsafe try Self.unpack(archive, name, atMost: left)
      left -= bytes.count
      found[name] = bytes
      return found.count < wanted.count
    }
    return found
  }

  /// Calls `visit` for each file until it answers no.
  private static func walk(
    _ source: Source, _ visit: (OpaquePointer, String) throws(ArchiveError) -> Bool
  ) throws(ArchiveError) {
    guard let archive = unsafe archive_read_new() else {
      throw ArchiveError("zip-start", "libarchive does not start", at: "")
    }
    defer { _ = unsafe archive_read_free(archive) }
    switch source {
    case .file(let path):
      unsafe supportFiles(archive)
      guard unsafe archive_read_open_filename(archive, path, 1 << 16) == ARCHIVE_OK else {
        throw unsafe failure(archive, path)
      }
      unsafe try visitEntries(archive, path, visit)
    case .memory(let file):
      _ = unsafe archive_read_support_format_zip_seekable(archive)
      let outcome: Result<Void, ArchiveError> = unsafe file.withUnsafeBytes { bytes in
        do throws(ArchiveError) {
          guard
            unsafe archive_read_open_memory(archive, bytes.baseAddress, bytes.count) == ARCHIVE_OK
          else { throw unsafe failure(archive, "") }
          unsafe try visitEntries(archive, "", visit)
          return .success(())
        } catch {
          return .failure(error)
        }
      }
      try outcome.get()
    }
  }

  static func supportFiles(_ archive: OpaquePointer) {
    // Seeks to what is asked for, where the file allows it.
    _ = unsafe archive_read_support_format_zip_seekable(archive)
    _ = unsafe archive_read_support_format_tar(archive)
    // Only those that start no other program.
    _ = unsafe archive_read_support_filter_gzip(archive)
    _ = unsafe archive_read_support_filter_bzip2(archive)
    _ = unsafe archive_read_support_filter_xz(archive)
    _ = unsafe archive_read_support_filter_zstd(archive)
  }

  private static func visitEntries(
    _ archive: OpaquePointer, _ place: String,
    _ visit: (OpaquePointer, String) throws(ArchiveError) -> Bool
  ) throws(ArchiveError) {
    while true {
      var entry: OpaquePointer?
      let status = unsafe archive_read_next_header(archive, &entry)
      if status == ARCHIVE_EOF { return }
      guard status == ARCHIVE_OK || status == ARCHIVE_WARN, let entry = unsafe entry else {
        throw unsafe failure(archive, place)
      }
      let kind = unsafe archive_entry_filetype(entry)
      guard kind == 0o100000 || kind == 0 else { continue }
      guard unsafe try visit(archive, name(of: entry) ?? "") else { return }
    }
  }

  /// Some programs write names as UTF-8 without saying so.
  static func name(of entry: OpaquePointer) -> String? {
    if let name = unsafe archive_entry_pathname_utf8(entry) { return unsafe String(cString: name) }
    return unsafe archive_entry_pathname(entry).flatMap { unsafe String(validatingCString: $0) }
  }

  /// What an entry holds.
  ///
  /// - Parameter ratio: how many times as large as it is packed it may be, counted beyond the first mebibyte.
  static func unpack(
    _ archive: OpaquePointer, _ name: String, atMost limit: Int, ratio: Int? = nil
  ) throws(ArchiveError) -> [UInt8] {
    var bytes: [UInt8] = []
    let start = unsafe archive_filter_bytes(archive, -1)
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
      let packed = unsafe Int(archive_filter_bytes(archive, -1) - start)
      if let ratio, bytes.count > 1 << 20, bytes.count > ratio * max(packed, 0) {
        throw ArchiveError(
          "archive-refused", "the entry unpacks to more than \(ratio) times its size", at: name,
          kind: .unreadableInput)
      }
    }
  }

  static func failure(_ archive: OpaquePointer, _ place: String) -> ArchiveError {
    let words = unsafe archive_error_string(archive).map { unsafe String(cString: $0) }
    return ArchiveError(
      "bad-zip", "the archive cannot be read: \(words ?? "it is no archive")", at: place,
      kind: .unreadableInput)
  }
}
