import CArchive
import Glibc

/// A ZIP written as a stream: no entry is held once it is written (ZIP64 where needed).
///
/// Entries are stored, not deflated: what goes in is PNG, or small. The same entries give the same
/// bytes: times are fixed at 1980-01-01 in every time zone, modes at 0644.
@safe public struct ZipWriter: ~Copyable {
  private let archive: OpaquePointer
  private let path: String

  /// Opens `path` for writing and empties it.
  /// - Parameter name: what errors call it, where it is to be renamed.
  public init(path: String, shownAs name: String? = nil) throws(ArchiveError) {
    let archive = unsafe try Self.open(path, name ?? path)
    unsafe self.archive = archive
    self.path = name ?? path
  }

  private static func open(_ path: String, _ name: String) throws(ArchiveError) -> OpaquePointer {
    guard let archive = unsafe archive_write_new() else {
      throw ArchiveError("zip-start", "libarchive does not start", at: name)
    }
    // Large blocks save system calls; the last one is not padded.
    let steps = [
      unsafe archive_write_set_format_zip(archive),
      unsafe archive_write_zip_set_compression_store(archive),
      unsafe archive_write_set_bytes_per_block(archive, 1 << 18),
      unsafe archive_write_set_bytes_in_last_block(archive, 1),
      unsafe archive_write_open_filename(archive, path),
    ]
    guard steps.allSatisfy({ $0 == ARCHIVE_OK }) else {
      let error = unsafe failure("zip-open", archive, name)
      _ = unsafe archive_write_free(archive)
      throw error
    }
    return unsafe archive
  }

  deinit { _ = unsafe archive_write_free(archive) }

  /// Adds a file. `name` is a relative path with forward slashes.
  public func add(_ name: String, _ bytes: [UInt8]) throws(ArchiveError) {
    guard let entry = unsafe archive_entry_new() else {
      throw ArchiveError("zip-entry", "out of memory", at: name)
    }
    defer { unsafe archive_entry_free(entry) }
    unsafe archive_entry_set_pathname_utf8(entry, name)
    unsafe archive_entry_set_size(entry, Int64(bytes.count))
    unsafe archive_entry_set_filetype(entry, 0o100000)
    unsafe archive_entry_set_perm(entry, 0o644)
    // Before 1980, which the format cannot express, so that every time zone writes its earliest date.
    unsafe archive_entry_set_mtime(entry, 0, 0)
    try check(unsafe archive_write_header(archive, entry))
    var written = 0
    while written < bytes.count {
      let step = unsafe bytes.withUnsafeBytes { buffer in
        unsafe archive_write_data(
          archive, buffer.baseAddress! + written, buffer.count - written)
      }
      guard step > 0 else { throw unsafe Self.failure("zip-write", archive, path) }
      written += step
    }
    try check(unsafe archive_write_finish_entry(archive))
  }

  /// Writes the directory and closes the file.
  public consuming func finish() throws(ArchiveError) {
    try check(unsafe archive_write_close(archive))
  }

  private func check(_ status: Int32) throws(ArchiveError) {
    if status != ARCHIVE_OK { throw unsafe Self.failure("zip-write", archive, path) }
  }

  private static func failure(
    _ code: String, _ archive: OpaquePointer, _ path: String
  ) -> ArchiveError {
    let number = unsafe archive_errno(archive)
    if number > 0 { return ArchiveError(code, unsafe String(cString: strerror(number)), at: path) }
    let words = unsafe archive_error_string(archive).map { unsafe String(cString: $0) }
    return ArchiveError(code, words ?? "libarchive failed", at: path)
  }
}
