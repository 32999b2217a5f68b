/// One range of a `Range` header (RFC 9110, section 14).
public enum ByteRange: Equatable, Sendable {
  /// There is no range, or one that need not be understood: the whole is sent.
  case whole
  /// These bytes.
  case part(Range<Int>)
  /// No such bytes.
  case unsatisfiable

  /// Of several ranges none is honoured, which the standard allows.
  public init(_ header: String?, size: Int) {
    self = .whole
    guard let header, header.hasPrefix("bytes=") else { return }
    let ends = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
      .map { $0.filter { $0 != " " } }
    guard ends.count == 2, !header.contains(","),
      ends.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }),
      !(ends[0].isEmpty && ends[1].isEmpty)
    else { return }
    // What is too long for a number lies beyond every file.
    func number(_ digits: String) -> Int { Int(digits) ?? .max }
    if ends[0].isEmpty {
      let length = min(number(ends[1]), size)
      self = length > 0 ? .part(size - length..<size) : .unsatisfiable
      return
    }
    let first = number(ends[0])
    let last = ends[1].isEmpty ? size - 1 : min(number(ends[1]), size - 1)
    if !ends[1].isEmpty && number(ends[1]) < first { return }
    self = first < size ? .part(first..<last + 1) : .unsatisfiable
  }
}
