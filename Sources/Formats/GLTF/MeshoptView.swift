import CMeshopt

/// A buffer view of EXT_meshopt_compression.
struct MeshoptView {
  enum Mode: String { case attributes = "ATTRIBUTES", triangles = "TRIANGLES", indices = "INDICES" }
  enum Filter: String {
    case none = "NONE", octahedral = "OCTAHEDRAL", quaternion = "QUATERNION"
    case exponential = "EXPONENTIAL"
  }

  let buffer: Int
  let bytes: Range<Int>
  let stride, count: Int
  private let mode: Mode
  private let filter: Filter
  private let path: String

  /// Nil where the view is not compressed.
  init?(view: GLTFElement, document: GLTFDocument) throws(FormatError) {
    guard let element = try view.object("extensions")?.object("EXT_meshopt_compression") else {
      return nil
    }
    path = element.path
    (buffer, bytes) = try document.extent(element)
    stride = try element.requiredCount("byteStride", atLeast: 1)
    count = try element.requiredCount("count", atLeast: 1)
    guard let mode = Mode(rawValue: try element.string("mode") ?? "") else {
      throw FormatError("bad-type", "the mode is none that is known", at: element.path)
    }
    guard let filter = Filter(rawValue: try element.string("filter") ?? "NONE") else {
      throw FormatError("bad-type", "the filter is none that is known", at: element.path)
    }
    (self.mode, self.filter) = (mode, filter)
    let fits =
      switch (mode, filter) {
      case (.attributes, .octahedral): stride == 4 || stride == 8
      case (.attributes, .quaternion): stride == 8
      case (.attributes, _): stride % 4 == 0 && stride <= 256
      case (.triangles, .none): (stride == 2 || stride == 4) && count % 3 == 0
      case (.indices, .none): stride == 2 || stride == 4
      default: false
      }
    guard fits else {
      throw FormatError(
        "bad-type", "a stride of \(stride) does not go with mode and filter", at: element.path)
    }
    // A byte stands for at most some 64 others; what claims far more would only fill memory.
    guard count <= 1 << 28, count * stride / 1024 <= bytes.count else {
      throw FormatError(
        "out-of-range", "\(count) elements in \(bytes.count) bytes", at: element.path)
    }
  }

  /// The bytes it stands for: count times stride.
  func decoded(_ file: [UInt8]) throws(FormatError) -> [UInt8] {
    let source = Array(file[bytes])
    var result = [UInt8](repeating: 0, count: count * stride)
    let status =
      switch mode {
      case .attributes:
        unsafe meshopt_decodeVertexBuffer(&result, count, stride, source, source.count)
      case .triangles:
        unsafe meshopt_decodeIndexBuffer(&result, count, stride, source, source.count)
      case .indices:
        unsafe meshopt_decodeIndexSequence(&result, count, stride, source, source.count)
      }
    guard status == 0 else {
      throw FormatError("bad-compression", "the compressed bytes are damaged", at: path)
    }
    switch filter {
    case .none: break
    case .octahedral: unsafe meshopt_decodeFilterOct(&result, count, stride)
    case .quaternion: unsafe meshopt_decodeFilterQuat(&result, count, stride)
    case .exponential: unsafe meshopt_decodeFilterExp(&result, count, stride)
    }
    return result
  }
}
