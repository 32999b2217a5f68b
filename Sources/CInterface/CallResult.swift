import Operations
import Settings
import Work

/// What a call gave, as long as the caller holds it.
@safe final class CallResult {
  /// Numbers that are lent where they lie.
  @safe struct Lent {
    let pointer: UnsafeRawPointer?
    let type: Int32
    let shape, strides: [Int]
    /// What they belong to.
    let owner: Any
  }

  let status: Int32
  let json: UnsafeMutablePointer<CChar>
  private(set) var arrays: [String: Lent] = [:]

  /// - Parameter unmet: what was asked for and is not so.
  init(result: JSONValue, outputs: [Artifact] = [], unmet: String? = nil, _ log: LogSink) {
    status = unmet == nil ? ExitCode.done : ExitCode.unmet
    var members = [("result", result), Self.warnings(log)]
    if !outputs.isEmpty { members.append(("outputs", .array(outputs.map { .string($0.path) }))) }
    if let unmet { members.append(("unmet", .string(unmet))) }
    unsafe json = Self.text(members)
  }

  init(failure error: any Error, _ log: LogSink) {
    let failure = Failure(error)
    status = failure.exit
    unsafe json = Self.text([("error", failure.json), Self.warnings(log)])
  }

  deinit { unsafe json.deallocate() }

  private static func warnings(_ log: LogSink) -> (key: String, value: JSONValue) {
    ("warnings", .array(log.warnings.map { .string($0) }))
  }

  private static func text(_ members: [(key: String, value: JSONValue)]) -> UnsafeMutablePointer<
    CChar
  > {
    let bytes = Array(JSONValue.object(members).text().utf8) + [0]
    let text = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
    for (index, byte) in bytes.enumerated() { unsafe text[index] = CChar(bitPattern: byte) }
    return unsafe text
  }

  /// Lends the elements of an array, which this result then holds: nothing is copied. An array that is held and
  /// never changed stays where it is.
  ///
  /// - Parameters:
  ///   - stride: bytes from one number of the last dimension to the next.
  ///   - rowStride: bytes from one element of the last dimension but one to the next, where they do not lie close.
  func lend<Element>(
    _ elements: [Element], as name: String, type: NumberType, shape: [Int], rowStride: Int? = nil
  ) {
    var strides = [type.size]
    for (index, count) in shape.enumerated().dropFirst().reversed() {
      let isRow = index == shape.count - 1
      strides.insert(isRow ? rowStride ?? strides[0] * count : strides[0] * count, at: 0)
    }
    let pointer = unsafe elements.withUnsafeBytes { $0.baseAddress }
    arrays[name] = unsafe Lent(
      pointer: pointer, type: type.rawValue, shape: shape, strides: strides, owner: elements)
  }
}

/// `maquette_type`.
enum NumberType: Int32 {
  case uint8, uint32, int64, float32, float64

  var size: Int {
    switch self {
    case .uint8: 1
    case .uint32, .float32: 4
    case .int64, .float64: 8
    }
  }
}
