import LinearMath

extension HalfedgeMesh {
  /// Writes into `corners` what decimation watches besides the shape, in units of length: texture
  /// coordinates of two sets, scaled by how long a step in the image is on the surface of their chart,
  /// and colours.
  ///
  ///     lanes   u v of set 0, u v of set 1, red green blue alpha
  mutating func measureAttributes(of mesh: Mesh) {
    let attributes = mesh.attributes
    let sets = attributes.uvs.prefix(2).filter { !$0.isEmpty }
    if sets.isEmpty && attributes.colors.isEmpty { return }
    let charts = self.charts()
    let scales = sets.map { textureScales(of: mesh, $0, charts) }
    let colorScale = AttributeWeights.color * mesh.bounds.diagonal
    corners = [SIMD8<Float>](repeating: .zero, count: origins.count)
    for slot in origins.indices where slot & 3 != 3 {
      let vertex = Int(inputVertex(Halfedge(UInt32(slot)), mesh))
      var value = SIMD8<Float>.zero
      for (set, stream) in sets.enumerated() {
        let place = stream[vertex] * scales[set][Int(charts.ofFace[slot >> 2])]
        value[2 * set] = place.x
        value[2 * set + 1] = place.y
      }
      if !attributes.colors.isEmpty { value.highHalf = attributes.colors[vertex] * colorScale }
      corners[slot] = value
    }
  }

  /// For each chart the length on the surface of a unit in the texture, weighted.
  private func textureScales(
    of mesh: Mesh, _ stream: [SIMD2<Float>], _ charts: (ofFace: [UInt32], count: Int)
  ) -> [Float] {
    var areas = [SIMD2<Double>](repeating: .zero, count: charts.count)
    for face in 0..<faceSlots {
      let t = mesh.triangles[Int(sources[face])]
      let (a, b, c) = (stream[Int(t.x)], stream[Int(t.y)], stream[Int(t.z)])
      let (ab, ac) = (SIMD2<Double>(b) - SIMD2<Double>(a), SIMD2<Double>(c) - SIMD2<Double>(a))
      let image = abs(ab.x * ac.y - ab.y * ac.x)
      let surface = mesh.areaNormal(Int(sources[face])).length
      areas[Int(charts.ofFace[face])] += SIMD2(surface, image)
    }
    return areas.map { area in
      area.y > 0 ? AttributeWeights.texture * Float((area.x / area.y).squareRoot()) : 0
    }
  }
}

/// What a wrong attribute costs, against a wrong place. Found by comparing pictures of textured models
/// before and after; twice or half as much makes little difference.
enum AttributeWeights {
  /// A texture that slides by a length, against a surface that is off by it.
  static var texture: Float { 0.2 }
  /// The square of a seam that is off by a length, against that of a boundary.
  static var seam: Float { 0.0125 }
  /// A change from black to white, against a surface that is off by the bounding box's diagonal.
  static var color: Float { 0.02 }
}
