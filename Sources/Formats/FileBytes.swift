import Glibc
import Work

extension [UInt8] {
  /// The bytes of a file, read straight into place: a copy of them would take as long as the reading.
  ///
  /// Throws `FormatError` where the file cannot be read or has more than `limit` bytes.
  init(file path: String, limit: Int) throws(FormatError) {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      throw errno == ENOENT
        ? FormatError("missing-file", "the file is not there", at: path)
        : FormatError("unreadable-file", "the file cannot be read", at: path)
    }
    defer { close(file) }
    var facts = stat()
    guard unsafe fstat(file, &facts) == 0 else {
      throw FormatError("unreadable-file", "the file cannot be read", at: path)
    }
    let size = Int(facts.st_size)
    guard size <= limit else {
      throw FormatError("too-large", "\(size) bytes are over the limit of \(limit)", at: path)
    }
    unsafe self.init(unsafeUninitializedCapacity: size) { place, count in
      while count < size {
        let got = unsafe read(file, place.baseAddress! + count, size - count)
        guard got > 0 else { break }
        count += got
      }
    }
    guard count == size else {
      throw FormatError("unreadable-file", "the file cannot be read", at: path)
    }
  }
}
