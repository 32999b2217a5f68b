import CMeshopt

/// libmeshoptimizer's orders and codecs, whose formats are theirs (EXT_meshopt_compression).
enum MeshoptEncoder {
  /// The streams that the extension allows: vertices of version 0 and indices of version 1, whatever the library's
  /// own choice is.
  private static let setVersions: Void = {
    meshopt_encodeVertexVersion(0)
    meshopt_encodeIndexVersion(1)
  }()

  /// Each vertex once, triangles in the order of a vertex cache (Forsyth 2006, as the library has it) and vertices
  /// in the order of their first use.
  static func ordered(_ mesh: VertexStreams) -> VertexStreams {
    guard !mesh.indices.isEmpty else { return mesh }
    let stride = mesh.streams.reduce(0) { $0 + $1.stride }
    var places = Array(0..<UInt32(mesh.count))
    var count = mesh.count
    // Wider vertices, of a great many texture coordinates, are more than the library compares.
    if stride <= 256 {
      let source = mesh.interleaved
      count = unsafe meshopt_generateVertexRemap(
        &places, mesh.indices, mesh.indices.count, source, mesh.count, stride)
    }
    var indices = mesh.indices.map { places[Int($0)] }
    let once = mesh.reordered(places, count: count, indices: indices)
    let unordered = indices
    unsafe meshopt_optimizeVertexCache(&indices, unordered, indices.count, count)
    places = [UInt32](repeating: 0, count: count)
    let used = unsafe meshopt_optimizeVertexFetchRemap(&places, indices, indices.count, count)
    return once.reordered(places, count: used, indices: indices.map { places[Int($0)] })
  }

  /// The bytes of vertices, compressed.
  static func vertices(_ bytes: [UInt8], count: Int, stride: Int) -> [UInt8] {
    setVersions
    var out = [UInt8](
      repeating: 0, count: meshopt_encodeVertexBufferBound(count, stride))
    let length = unsafe meshopt_encodeVertexBuffer(&out, out.count, bytes, count, stride)
    return Array(out.prefix(length))
  }

  /// Three indices a triangle, compressed.
  static func triangles(_ indices: [UInt32], vertexCount: Int) -> [UInt8] {
    setVersions
    var out = [UInt8](
      repeating: 0, count: meshopt_encodeIndexBufferBound(indices.count, vertexCount))
    let length = unsafe meshopt_encodeIndexBuffer(&out, out.count, indices, indices.count)
    return Array(out.prefix(length))
  }

  /// Directions as points of an octahedron, four bytes each; what is uncompressed has them as unit vectors again.
  static func octahedral(_ directions: [SIMD4<Float>], bits: Int) -> [UInt8] {
    var out = [UInt8](repeating: 0, count: 4 * directions.count)
    let numbers = directions.flatMap { [$0.x, $0.y, $0.z, $0.w] }
    unsafe meshopt_encodeFilterOct(&out, directions.count, 4, Int32(bits), numbers)
    return out
  }
}
