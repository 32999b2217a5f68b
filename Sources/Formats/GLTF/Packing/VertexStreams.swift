import Geometry
import LinearMath

/// A mesh as the byte streams of a file: one a vertex attribute, all in the same order, and indices.
struct VertexStreams {
  struct Stream {
    let name: String
    let type: String
    let componentType: Int
    var isNormalized = false
    /// Bytes a vertex, padded to a multiple of four.
    let stride: Int
    var bytes: [UInt8]
    /// Directions that the compressor stores as points of an octahedron.
    var directions: [SIMD4<Float>] = []
  }

  var streams: [Stream]
  var indices: [UInt32]
  var count: Int

  /// Every number as it is, but positions as cells where there is a grid.
  init(exact mesh: Mesh, _ grid: PositionGrid? = nil) {
    let attributes = mesh.attributes
    let positions = grid.map { grid in mesh.positions.map { SIMD3<Float>(grid.cell(of: $0)) } }
    streams = [Self.floats("POSITION", "VEC3", positions ?? mesh.positions)]
    if !attributes.normals.isEmpty {
      streams.append(Self.floats("NORMAL", "VEC3", attributes.normals))
    }
    if !attributes.tangents.isEmpty {
      streams.append(Self.floats("TANGENT", "VEC4", attributes.tangents))
    }
    for (set, uvs) in attributes.uvs.enumerated() {
      streams.append(Self.floats("TEXCOORD_\(set)", "VEC2", uvs))
    }
    if !attributes.colors.isEmpty {
      streams.append(Self.floats("COLOR_0", "VEC4", attributes.colors))
    }
    (indices, count) = (Self.indices(mesh), mesh.positions.count)
  }

  /// Integers on the grids of the shape and of its texture coordinates; without a grid, positions as they are.
  init(quantized mesh: Mesh, _ grid: PositionGrid?, _ coordinates: [CoordinateGrid?]) {
    let attributes = mesh.attributes
    if let grid {
      let cells = mesh.positions.map { SIMD4(grid.cell(of: $0), 0) }
      streams = [
        Stream(
          name: "POSITION", type: "VEC3", componentType: 5123, stride: 8,
          bytes: Self.shorts(cells, lanes: 4))
      ]
    } else {
      streams = [Self.floats("POSITION", "VEC3", mesh.positions)]
    }
    if !attributes.normals.isEmpty {
      streams.append(Self.directions("NORMAL", "VEC3", attributes.normals.map { SIMD4($0, 0) }))
    }
    if !attributes.tangents.isEmpty {
      streams.append(Self.directions("TANGENT", "VEC4", attributes.tangents))
    }
    for (set, uvs) in attributes.uvs.enumerated() {
      guard let grid = coordinates[set] else {
        streams.append(Self.floats("TEXCOORD_\(set)", "VEC2", uvs))
        continue
      }
      let cells = uvs.map { uv in
        let cell = grid.cell(of: uv)
        return SIMD4<UInt16>(cell.x, cell.y, 0, 0)
      }
      streams.append(
        Stream(
          name: "TEXCOORD_\(set)", type: "VEC2", componentType: 5123, stride: 4,
          bytes: Self.shorts(cells, lanes: 2)))
    }
    if !attributes.colors.isEmpty {
      let codes = attributes.colors.flatMap { color in
        (0..<4).map { UInt8((min(max(color[$0], 0), 1) * 255).rounded()) }
      }
      streams.append(
        Stream(
          name: "COLOR_0", type: "VEC4", componentType: 5121, isNormalized: true, stride: 4,
          bytes: codes))
    }
    (indices, count) = (Self.indices(mesh), mesh.positions.count)
  }

  /// The streams side by side, a vertex at a time: what makes two vertices the same.
  var interleaved: [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(count * streams.reduce(0) { $0 + $1.stride })
    for vertex in 0..<count {
      for stream in streams {
        out += stream.bytes[vertex * stream.stride..<(vertex + 1) * stream.stride]
      }
    }
    return out
  }

  /// The vertices in a new order: `places` says where each goes; those at `.max` are left out.
  func reordered(_ places: [UInt32], count newCount: Int, indices newIndices: [UInt32])
    -> VertexStreams
  {
    var result = self
    (result.count, result.indices) = (newCount, newIndices)
    for number in streams.indices {
      let stream = streams[number]
      var bytes = [UInt8](repeating: 0, count: newCount * stream.stride)
      for (vertex, place) in places.enumerated() where place != .max {
        for byte in 0..<stream.stride {
          bytes[Int(place) * stream.stride + byte] = stream.bytes[vertex * stream.stride + byte]
        }
      }
      result.streams[number].bytes = bytes
      guard !stream.directions.isEmpty else { continue }
      var directions = [SIMD4<Float>](repeating: .zero, count: newCount)
      for (vertex, place) in places.enumerated() where place != .max {
        directions[Int(place)] = stream.directions[vertex]
      }
      result.streams[number].directions = directions
    }
    return result
  }

  // MARK: Bytes

  private static func indices(_ mesh: Mesh) -> [UInt32] {
    mesh.triangles.flatMap { [$0[0], $0[1], $0[2]] }
  }

  private static func floats<V: SIMD<Float>>(_ name: String, _ type: String, _ values: [V])
    -> Stream
  {
    let lanes = type == "VEC2" ? 2 : type == "VEC3" ? 3 : 4
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * lanes * values.count)
    for value in values { for lane in 0..<lanes { bytes.append(little: value[lane]) } }
    return Stream(name: name, type: type, componentType: 5126, stride: 4 * lanes, bytes: bytes)
  }

  private static func shorts(_ values: [SIMD4<UInt16>], lanes: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(2 * lanes * values.count)
    for value in values {
      for lane in 0..<lanes {
        bytes.append(UInt8(truncatingIfNeeded: value[lane]))
        bytes.append(UInt8(value[lane] >> 8))
      }
    }
    return bytes
  }

  private static func directions(_ name: String, _ type: String, _ values: [SIMD4<Float>]) -> Stream
  {
    // What tells two vertices apart is finer than what is stored.
    let codes = values.flatMap { value in
      (0..<4).map { UInt8(bitPattern: Int8((min(max(value[$0], -1), 1) * 127).rounded())) }
    }
    return Stream(
      name: name, type: type, componentType: 5120, isNormalized: true, stride: 4, bytes: codes,
      directions: values)
  }
}

/// Places in a shape's box as integers: the same step along all axes, so that normals stay right.
struct PositionGrid {
  let origin: SIMD3<Float>
  let step: Float

  init(_ box: Box, bits: Int) {
    let size = box.isEmpty ? .zero : box.maximum - box.minimum
    origin = box.isEmpty ? .zero : box.minimum
    let cells = Float((1 << bits) - 1)
    step = size.max() > 0 ? size.max() / cells : 1
  }

  func cell(of position: SIMD3<Float>) -> SIMD3<UInt16> {
    SIMD3<UInt16>(((position - origin) / step).cells)
  }

  /// The cells of a box that lies inside.
  func cells(of box: Box) -> Box {
    Box(
      minimum: SIMD3<Float>(cell(of: box.minimum)), maximum: SIMD3<Float>(cell(of: box.maximum)))
  }

  /// From cells back to the shape's coordinates.
  var shapeFromCell: Matrix4 {
    let scale = Double(step)
    return Matrix4(
      linear: Matrix3(scale: scale),
      translation: SIMD3<Double>(origin))
  }
}

/// Texture coordinates as integers; materials then scale them back.
struct CoordinateGrid: Equatable {
  let origin: SIMD2<Float>
  let step: Float

  /// Nil where so many bits of a turn do not reach across the range.
  init?(minimum: SIMD2<Float>, maximum: SIMD2<Float>, bits: Int) {
    step = 1 / Float(1 << bits)
    // From a multiple of the step, so that the borders of texels stay where they are.
    origin = (minimum / step).rounded(.down) * step
    guard (maximum - origin).max() / step <= 65_535 else { return nil }
  }

  func cell(of uv: SIMD2<Float>) -> SIMD2<UInt16> { SIMD2<UInt16>(((uv - origin) / step).cells) }
}

extension SIMD where Scalar == Float {
  /// Whole numbers that fit in 16 bits; where the range is larger than floats go, zero.
  fileprivate var cells: Self {
    let whole = rounded(.toNearestOrEven)
      .clamped(lowerBound: Self(repeating: 0), upperBound: Self(repeating: 65_535))
    return whole.replacing(with: 0, where: whole .!= whole)
  }
}
