import CISAL
import Glibc
import Work

/// A ZIP or a tar of stored entries, written as a stream: no entry is held once it is written.
///
/// Nothing is deflated: what goes in is PNG, or small. The same entries give the same bytes. What a killed
/// process has left is taken up again (`continuing`): libarchive, which could write the same, cannot do that.
@safe public final class StoredArchive {
  public enum Format: String, Sendable {
    case zip, tar
  }

  private let record: any StoredRecord.Type
  private let file: Int32
  private let shownPath: String
  private var end = 0
  /// What it holds so far.
  public private(set) var entries: [StoredEntry] = []

  /// Opens `path` for writing; nobody else may write it meanwhile.
  ///
  /// - Parameters:
  ///   - shownAs: what errors call it, where it is to be renamed.
  ///   - continuing: keep the entries that are whole; otherwise the file is emptied.
  public init(
    path: String, format: Format, shownAs name: String? = nil, continuing: Bool = false
  ) throws(ArchiveError) {
    record = format == .zip ? ZipRecord.self : TarRecord.self
    shownPath = name ?? path
    file = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw Self.failure("archive-open", shownPath) }
    // Whoever finishes renames the file and lets it go; it must not be taken for a new one.
    guard flock(file, LOCK_EX | LOCK_NB) == 0, Self.isStill(file, at: path) else {
      throw ArchiveError("archive-busy", "another run is writing it; wait for that", at: shownPath)
    }
    if continuing { scan() }
    try cut()
  }

  deinit { if file >= 0 { close(file) } }

  /// Drops all entries but the first `count`.
  public func keep(_ count: Int) throws(ArchiveError) {
    guard count < entries.count else { return }
    end = entries[count].offset
    entries.removeSubrange(count...)
    try cut()
  }

  /// Adds a file. `name` is a relative path with forward slashes.
  ///
  /// On failure the archive ends before it.
  public func add(_ name: String, _ bytes: [UInt8]) throws(ArchiveError) {
    let count = entries.count
    let start = end
    do throws(ArchiveError) {
      try append(name, bytes)
    } catch {
      entries.removeSubrange(count...)
      end = start
      try? cut()
      throw error
    }
  }

  private func append(_ name: String, _ bytes: [UInt8]) throws(ArchiveError) {
    let sum = unsafe bytes.withUnsafeBufferPointer {
      unsafe maquette_crc32_continued(0, $0.baseAddress, UInt64($0.count))
    }
    try begin(StoredEntry(name: name, size: bytes.count, sum: sum, offset: end))
    try write(bytes)
    try pad()
  }

  /// Adds a file of zeros that takes no room on the disk: for testing what large archives need.
  package func addZeros(_ name: String, count: Int) throws(ArchiveError) {
    let piece = [UInt8](repeating: 0, count: 1 << 20)
    var sum: UInt32 = 0
    for start in stride(from: 0, to: count, by: piece.count) {
      unsafe piece.withUnsafeBufferPointer {
        sum = unsafe maquette_crc32_continued(
          sum, $0.baseAddress, UInt64(min(piece.count, count - start)))
      }
    }
    try begin(StoredEntry(name: name, size: count, sum: sum, offset: end))
    end += count
    try cut()
    try pad()
  }

  /// The bytes of an entry.
  public func bytes(of entry: StoredEntry) throws(ArchiveError) -> [UInt8] {
    let start = entry.offset + (try record.header(entry)).count
    guard let bytes = read(at: start, count: entry.size) else {
      throw Self.failure("archive-read", shownPath)
    }
    return bytes
  }

  /// Writes what closes the archive. Nothing is added afterwards.
  public func finish() throws(ArchiveError) {
    try write(record.closing(entries, end: end))
  }

  private func begin(_ entry: StoredEntry) throws(ArchiveError) {
    try write(try record.header(entry))
    entries.append(entry)
  }

  private func pad() throws(ArchiveError) {
    try write([UInt8](repeating: 0, count: record.padding(entries[entries.count - 1])))
  }

  // MARK: The file

  private func write(_ bytes: [UInt8]) throws(ArchiveError) {
    var done = 0
    while done < bytes.count {
      let step = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(file, buffer.baseAddress! + done, buffer.count - done)
      }
      if step < 0 && errno == EINTR { continue }
      guard step > 0 else { throw Self.failure("archive-write", shownPath) }
      done += step
    }
    end += bytes.count
  }

  /// Ends the file at `end`, and writes on from there.
  private func cut() throws(ArchiveError) {
    guard ftruncate(file, end) == 0, lseek(file, end, SEEK_SET) == end else {
      throw Self.failure("archive-write", shownPath)
    }
  }

  private func read(at offset: Int, count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let step = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe pread(file, buffer.baseAddress! + done, count - done, offset + done)
      }
      if step < 0 && errno == EINTR { continue }
      guard step > 0 else { return nil }
      done += step
    }
    return bytes
  }

  private static func isStill(_ file: Int32, at path: String) -> Bool {
    var (opened, named) = (stat(), stat())
    guard unsafe fstat(file, &opened) == 0, unsafe stat(path, &named) == 0 else { return false }
    return opened.st_ino == named.st_ino && opened.st_dev == named.st_dev
  }

  /// Finds the entries that are whole.
  private func scan() {
    var state = stat()
    guard unsafe fstat(file, &state) == 0 else { return }
    while let fixed = read(at: end, count: record.fixedLength),
      let (rest, _, sum) = record.parsed(fixed),
      let tail = read(at: end + fixed.count, count: rest),
      let (name, size) = record.name(fixed + tail)
    {
      let entry = StoredEntry(name: name, size: size, sum: sum ?? 0, offset: end)
      let next = end + fixed.count + rest + size + record.padding(entry)
      guard size >= 0, next <= state.st_size,
        sum == nil || self.sum(at: end + fixed.count + rest, count: size) == sum
      else { return }
      entries.append(entry)
      end = next
    }
  }

  private func sum(at offset: Int, count: Int) -> UInt32? {
    var sum: UInt32 = 0
    for start in stride(from: 0, to: count, by: 1 << 20) {
      guard let piece = read(at: offset + start, count: min(1 << 20, count - start)) else {
        return nil
      }
      unsafe piece.withUnsafeBufferPointer {
        sum = unsafe maquette_crc32_continued(sum, $0.baseAddress, UInt64($0.count))
      }
    }
    return sum
  }

  private static func failure(_ code: String, _ path: String) -> ArchiveError {
    ArchiveError(code, unsafe String(cString: strerror(errno)), at: path)
  }
}
