/// Typed reading of accessors: every component type, normalised integers, interleaving and sparse
/// substitution.
struct GLTFAccessors {
  let document: GLTFDocument
  let buffers: GLTFBuffers
  /// What accessors hold whose data is not in a view of theirs but compressed in a primitive.
  var decoded: [Int: [Float]] = [:]

  init(document: GLTFDocument, buffers: GLTFBuffers) {
    (self.document, self.buffers) = (document, buffers)
  }

  /// What an accessor says of itself, checked against its view.
  struct Layout {
    let path: String
    let count: Int
    let components: Int
    let componentType: Int
    let isNormalized: Bool
    let view: Int?
    let offset: Int
    let stride: Int
    let type: String

    var componentSize: Int { GLTFAccessors.sizes[componentType]! }
    var isFloat: Bool { componentType == 5126 }
  }

  private static let sizes = [5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4]
  private static let components = [
    "SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16,
  ]

  /// Checks every accessor's layout, used or not.
  func check() throws(FormatError) {
    for index in document["accessors"].indices { _ = try layout(index) }
  }

  func layout(_ index: Int) throws(FormatError) -> Layout {
    let accessor = document["accessors"][index]
    let type = try accessor.string("type") ?? ""
    guard let components = Self.components[type] else {
      throw FormatError("bad-type", "\"\(type)\" is no accessor type", at: "\(accessor.path).type")
    }
    let componentType = try accessor.requiredCount("componentType")
    guard let size = Self.sizes[componentType] else {
      throw FormatError(
        "bad-type", "\(componentType) is no component type", at: "\(accessor.path).componentType")
    }
    let count = try accessor.requiredCount("count", atLeast: 1)
    let view = try accessor.index(
      "bufferView", into: "bufferViews", size: document.size("bufferViews"))
    let element = Self.elementSize(type: type, components: components, size: size)
    var stride = element
    let offset = try accessor.count("byteOffset") ?? 0
    if let view {
      let (_, bytes, declared) = try buffers.range(ofView: view)
      if declared > 0 { stride = declared }
      if stride < element {
        throw FormatError(
          "out-of-range", "the stride of \(stride) is less than an element's \(element) bytes",
          at: accessor.path)
      }
      try Self.checkExtent(
        offset: offset, count: count, stride: stride, element: element, available: bytes.count,
        at: accessor.path)
    }
    let layout = Layout(
      path: accessor.path, count: count, components: components, componentType: componentType,
      isNormalized: try accessor.bool("normalized") ?? false, view: view, offset: offset,
      stride: stride, type: type)
    if let sparse = try accessor.object("sparse") { try checkSparse(sparse, layout) }
    return layout
  }

  /// Columns of small matrices begin at multiples of four bytes.
  private static func elementSize(type: String, components: Int, size: Int) -> Int {
    switch (type, size) {
    case ("MAT2", 1): 8
    case ("MAT3", 1): 12
    case ("MAT3", 2): 24
    default: components * size
    }
  }

  private static func checkExtent(
    offset: Int, count: Int, stride: Int, element: Int, available: Int, at place: String
  ) throws(FormatError) {
    let (span, overflow) = (count - 1).multipliedReportingOverflow(by: stride)
    guard !overflow, offset <= available, element <= available - offset,
      span <= available - offset - element
    else {
      throw FormatError(
        "out-of-range",
        "\(count) elements from byte \(offset) do not fit in a view of \(available) bytes",
        at: place)
    }
  }

  // MARK: Reading

  /// All components as floats, element after element; integers are divided where normalised.
  func floats(_ index: Int) throws(FormatError) -> (values: [Float], layout: Layout) {
    let layout = try layout(index)
    if let known = decoded[index] { return (known, layout) }
    try requireBytes(layout)
    var values = [Float](repeating: 0, count: layout.count * layout.components)
    if let view = layout.view {
      let (buffer, range, _) = try buffers.range(ofView: view)
      let bytes = try buffers.bytes(ofBuffer: buffer)
      let start = range.lowerBound + layout.offset
      if layout.componentType == 5126 && layout.stride == 4 * layout.components {
        for index in values.indices { values[index] = bytes.loadFloat(at: start + 4 * index) }
      } else {
        for element in 0..<layout.count {
          let base = start + element * layout.stride
          for component in 0..<layout.components {
            values[element * layout.components + component] = Self.float(
              bytes, base + component * layout.componentSize, layout)
          }
        }
      }
    }
    try substitute(index, layout) { element, bytes, base in
      for component in 0..<layout.components {
        values[element * layout.components + component] = Self.float(
          bytes, base + component * layout.componentSize, layout)
      }
    }
    return (values, layout)
  }

  /// Loads the buffer before memory is taken for what it is said to hold.
  func requireBytes(_ layout: Layout) throws(FormatError) {
    guard let view = layout.view else {
      guard layout.count <= 1 << 22 else {
        throw FormatError(
          "out-of-range", "\(layout.count) elements without data", at: layout.path)
      }
      return
    }
    _ = try buffers.bytes(ofBuffer: try buffers.range(ofView: view).buffer)
  }

  /// A scalar accessor of unsigned integers.
  func indices(_ index: Int) throws(FormatError) -> [UInt32] {
    let layout = try layout(index)
    guard layout.components == 1, [5121, 5123, 5125].contains(layout.componentType) else {
      throw FormatError(
        "bad-type", "indices must be unsigned integer scalars", at: layout.path)
    }
    try requireBytes(layout)
    var values = [UInt32](repeating: 0, count: layout.count)
    if let view = layout.view {
      let (buffer, range, _) = try buffers.range(ofView: view)
      let bytes = try buffers.bytes(ofBuffer: buffer)
      let start = range.lowerBound + layout.offset
      for element in 0..<layout.count {
        values[element] = Self.unsigned(
          bytes, start + element * layout.stride, layout.componentType)
      }
    }
    try substitute(index, layout) { element, bytes, base in
      values[element] = Self.unsigned(bytes, base, layout.componentType)
    }
    return values
  }

  func vectors2(_ index: Int) throws(FormatError) -> [SIMD2<Float>] {
    if let (bytes, layout, start) = try plainFloats(index, components: 2) {
      return (0..<layout.count).map { element in
        let at = start + element * layout.stride
        return SIMD2(bytes.loadFloat(at: at), bytes.loadFloat(at: at + 4))
      }
    }
    let (values, layout) = try floats(index)
    try require(layout, components: [2])
    return (0..<layout.count).map { SIMD2(values[2 * $0], values[2 * $0 + 1]) }
  }

  func vectors3(_ index: Int) throws(FormatError) -> [SIMD3<Float>] {
    if let (bytes, layout, start) = try plainFloats(index, components: 3) {
      return (0..<layout.count).map { element in
        let at = start + element * layout.stride
        return SIMD3(
          bytes.loadFloat(at: at), bytes.loadFloat(at: at + 4), bytes.loadFloat(at: at + 8))
      }
    }
    let (values, layout) = try floats(index)
    try require(layout, components: [3])
    return (0..<layout.count).map {
      SIMD3(values[3 * $0], values[3 * $0 + 1], values[3 * $0 + 2])
    }
  }

  /// Where vectors of floats lie as they are, which is the common case; nil for all others.
  private func plainFloats(
    _ index: Int, components: Int
  ) throws(FormatError) -> (bytes: [UInt8], layout: Layout, start: Int)? {
    let layout = try layout(index)
    guard layout.isFloat, layout.type == "VEC\(components)", decoded[index] == nil,
      document["accessors"][index]["sparse"] == nil, let view = layout.view
    else { return nil }
    let (buffer, range, _) = try buffers.range(ofView: view)
    return (try buffers.bytes(ofBuffer: buffer), layout, range.lowerBound + layout.offset)
  }

  /// Three or four components; the fourth is 1 where it is not there.
  func vectors4(_ index: Int, orThree: Bool = false) throws(FormatError) -> [SIMD4<Float>] {
    let (values, layout) = try floats(index)
    try require(layout, components: orThree ? [3, 4] : [4])
    let n = layout.components
    return (0..<layout.count).map {
      [values[n * $0], values[n * $0 + 1], values[n * $0 + 2], n == 4 ? values[n * $0 + 3] : 1]
    }
  }

  private func require(_ layout: Layout, components: [Int]) throws(FormatError) {
    guard components.contains(layout.components), !layout.type.hasPrefix("MAT") else {
      let wanted = components.map { "VEC\($0)" }.joined(separator: " or ")
      throw FormatError("bad-type", "\(layout.type) where \(wanted) is needed", at: layout.path)
    }
  }

  // MARK: Sparse

  private struct Sparse {
    let count: Int
    let indexView, indexOffset, indexType: Int
    let valueView, valueOffset: Int
  }

  private func sparse(_ element: GLTFElement, _ layout: Layout) throws(FormatError) -> Sparse {
    guard let indices = try element.object("indices"), let values = try element.object("values")
    else {
      throw FormatError("missing-property", "indices or values are missing", at: element.path)
    }
    let views = document.size("bufferViews")
    guard let indexView = try indices.index("bufferView", into: "bufferViews", size: views),
      let valueView = try values.index("bufferView", into: "bufferViews", size: views)
    else { throw FormatError("missing-property", "a bufferView is missing", at: element.path) }
    return Sparse(
      count: try element.requiredCount("count", atLeast: 1), indexView: indexView,
      indexOffset: try indices.count("byteOffset") ?? 0,
      indexType: try indices.requiredCount("componentType"), valueView: valueView,
      valueOffset: try values.count("byteOffset") ?? 0)
  }

  private func checkSparse(_ element: GLTFElement, _ layout: Layout) throws(FormatError) {
    let sparse = try sparse(element, layout)
    guard sparse.count <= layout.count else {
      throw FormatError(
        "out-of-range", "\(sparse.count) substitutes for \(layout.count) elements",
        at: element.path)
    }
    guard [5121, 5123, 5125].contains(sparse.indexType) else {
      throw FormatError("bad-type", "indices must be unsigned integers", at: element.path)
    }
    let indexSize = Self.sizes[sparse.indexType]!
    try Self.checkExtent(
      offset: sparse.indexOffset, count: sparse.count, stride: indexSize, element: indexSize,
      available: try buffers.range(ofView: sparse.indexView).bytes.count,
      at: "\(element.path).indices")
    let size = layout.componentSize * layout.components
    try Self.checkExtent(
      offset: sparse.valueOffset, count: sparse.count, stride: size, element: size,
      available: try buffers.range(ofView: sparse.valueView).bytes.count,
      at: "\(element.path).values")
  }

  private func substitute(
    _ index: Int, _ layout: Layout, _ store: (Int, [UInt8], Int) -> Void
  ) throws(FormatError) {
    guard let element = try document["accessors"][index].object("sparse") else { return }
    let sparse = try sparse(element, layout)
    let indexBytes = try buffers.bytes(ofView: sparse.indexView)
    let valueBytes = try buffers.bytes(ofView: sparse.valueView)
    let indexSize = Self.sizes[sparse.indexType]!
    for entry in 0..<sparse.count {
      let target = Int(
        Self.unsigned(indexBytes, sparse.indexOffset + entry * indexSize, sparse.indexType))
      guard target < layout.count else {
        throw FormatError(
          "out-of-range", "substitute \(entry) is for element \(target) of \(layout.count)",
          at: "\(element.path).indices")
      }
      let size = layout.componentSize * layout.components
      store(target, valueBytes, sparse.valueOffset + entry * size)
    }
  }

  // MARK: Components

  @inline(__always)
  private static func float(_ bytes: [UInt8], _ at: Int, _ layout: Layout) -> Float {
    switch layout.componentType {
    case 5126: return bytes.loadFloat(at: at)
    case 5120:
      let value = Float(Int8(bitPattern: bytes[at]))
      return layout.isNormalized ? max(value / 127, -1) : value
    case 5121: return layout.isNormalized ? Float(bytes[at]) / 255 : Float(bytes[at])
    case 5122:
      let value = Float(Int16(bitPattern: bytes.loadUInt16(at: at)))
      return layout.isNormalized ? max(value / 32_767, -1) : value
    case 5123:
      let value = Float(bytes.loadUInt16(at: at))
      return layout.isNormalized ? value / 65_535 : value
    default: return Float(bytes.loadUInt32(at: at))
    }
  }

  @inline(__always)
  private static func unsigned(_ bytes: [UInt8], _ at: Int, _ type: Int) -> UInt32 {
    switch type {
    case 5121: UInt32(bytes[at])
    case 5123: UInt32(bytes.loadUInt16(at: at))
    default: bytes.loadUInt32(at: at)
    }
  }
}
