/// Streams beside the positions; each is empty or has one entry a vertex.
public struct VertexAttributes: Sendable, Equatable {
  /// Unit normals, pointing outside.
  public var normals: [SIMD3<Float>] = []
  /// Unit tangents along +u; `w` is +1 or -1, the handedness of the bitangent `w * cross(n, t)`.
  public var tangents: [SIMD4<Float>] = []
  /// Texture coordinate sets; v runs downwards from the image's first row, as in glTF.
  public var uvs: [[SIMD2<Float>]] = []
  /// Linear RGBA colours, straight alpha.
  public var colors: [SIMD4<Float>] = []

  public init(
    normals: [SIMD3<Float>] = [], tangents: [SIMD4<Float>] = [], uvs: [[SIMD2<Float>]] = [],
    colors: [SIMD4<Float>] = []
  ) {
    (self.normals, self.tangents, self.uvs, self.colors) = (normals, tangents, uvs, colors)
  }

  func check(vertexCount: Int) throws(MeshError) {
    var streams = [
      ("normals", normals.count), ("tangents", tangents.count), ("colors", colors.count),
    ]
    for (set, uv) in uvs.enumerated() { streams.append(("uvs[\(set)]", uv.count)) }
    for (name, count) in streams where count != 0 && count != vertexCount {
      throw MeshError(
        "unequal-count", "the stream has \(count) entries for \(vertexCount) vertices", at: name)
    }
  }

  /// The same streams with a neutral value where a number is not finite: a surface with a broken
  /// texture coordinate is still a surface.
  var finite: VertexAttributes {
    func mended<Vector: SIMD<Float>>(_ stream: [Vector], _ neutral: Vector) -> [Vector] {
      func isFinite(_ vector: Vector) -> Bool { (vector - vector) == Vector(repeating: 0) }
      return stream.allSatisfy(isFinite) ? stream : stream.map { isFinite($0) ? $0 : neutral }
    }
    return VertexAttributes(
      normals: mended(normals, .zero), tangents: mended(tangents, [1, 0, 0, 1]),
      uvs: uvs.map { mended($0, .zero) }, colors: mended(colors, [1, 1, 1, 1]))
  }

  /// The streams of vertices `indices`, in that order.
  func gathered(_ indices: [Int]) -> VertexAttributes {
    func pick<T>(_ stream: [T]) -> [T] { stream.isEmpty ? [] : indices.map { stream[$0] } }
    return VertexAttributes(
      normals: pick(normals), tangents: pick(tangents), uvs: uvs.map(pick), colors: pick(colors))
  }

  static func concatenated(_ parts: [(streams: VertexAttributes, count: Int)]) -> VertexAttributes {
    func join<T>(_ neutral: T, _ stream: (VertexAttributes) -> [T]) -> [T] {
      guard parts.contains(where: { !stream($0.streams).isEmpty }) else { return [] }
      return parts.flatMap { part in
        let values = stream(part.streams)
        return values.isEmpty ? Array(repeating: neutral, count: part.count) : values
      }
    }
    let sets = parts.map(\.streams.uvs.count).max() ?? 0
    return VertexAttributes(
      normals: join([0, 0, 0]) { $0.normals }, tangents: join([1, 0, 0, 1]) { $0.tangents },
      uvs: (0..<sets).map { set in
        join([0, 0]) { $0.uvs.count > set ? $0.uvs[set] : [] }
      },
      colors: join([1, 1, 1, 1]) { $0.colors })
  }
}
