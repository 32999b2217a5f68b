import LinearMath
public import Work

/// A mesh with texture coordinates of its own in the unit square, no two places of it over each other.
public struct Unwrapping: Sendable {
  /// Vertices stand twice along seams; `uvs[0]` is the atlas, the other attributes are kept.
  public let mesh: Mesh
  /// The vertex of the input that each is.
  public let sources: [Int]
  public let charts: Int
  /// The part of the square that triangles cover.
  public let coverage: Double
  /// Root mean square of how much lengths are stretched, weighted by area: 1 for none (Sander et al. 2001).
  public let stretch: Double
}

extension Mesh {
  /// The mesh with an atlas. Triangles without area get places without area; a surface that cannot be laid flat is cut
  /// until it can.
  ///
  /// - Throws: `MeshError` where the texture has no room for its gutters, or for so many charts.
  public func unwrapped(_ settings: UnwrapSettings, _ work: WorkContext) throws -> Unwrapping {
    guard 2 * settings.gutterPixels + 2 < settings.textureSize else {
      throw MeshError(
        "gutter-too-wide",
        "gutters of \(settings.gutterPixels) pixels leave nothing of \(settings.textureSize); take narrower ones or a larger texture",
        at: "gutter")
    }
    // Laid flat by points: a seam of the input's attributes cuts nothing.
    let weld = Weld(positions)
    let solid = Mesh(
      unchecked: weld.vertexOfPoint.map { positions[Int($0)] }, triangles: weld.triangles(of: self),
      attributes: VertexAttributes())
    var charts = try Charts(solid, cone: Float(settings.coneDegrees) * .pi / 180, work)
    let shapes = try solid.flattened(&charts, settings, work)
    let side = settings.textureSize
    let area = shapes.reduce(Float(0)) { $0 + $1.doubleArea } / 2
    let widest = shapes.reduce(Float(0)) { max($0, $1.size.x, $1.size.y) }
    // As large as fits: tried from what would fill the square without a gap.
    var density = area > 0 ? Float(side) / area.squareRoot() : 1
    if widest > 0 { density = min(density, Float(side - 2 - 2 * settings.gutterPixels) / widest) }
    var packing: Packing?
    var gutter = settings.gutterPixels
    while packing == nil {
      try work.checkCancelled()
      packing = Packing(shapes, density: density, side: side, gutter: gutter)
      density *= 0.96
      // More charts than the square has room for gutters.
      if density * (area.squareRoot() + widest) < 4 {
        if gutter == 0 {
          throw MeshError(
            "atlas-too-small",
            "\(shapes.count) charts have no room in \(side) x \(side) pixels; take a larger texture",
            at: "texture size")
        }
        gutter = 0
        density = Float(side) / max(area.squareRoot(), 1e-20)
      }
    }
    density /= 0.96
    if packing != nil {
      // Between that and what did not fit.
      var (fits, above) = (density, density / 0.96)
      for _ in 0..<4 {
        try work.checkCancelled()
        let middle = (fits + above) / 2
        if let better = Packing(shapes, density: middle, side: side, gutter: gutter) {
          (packing, fits) = (better, middle)
        } else {
          above = middle
        }
      }
      density = fits
    }
    return result(solid, shapes, packing, density: density, gutter: gutter, side: side)
  }

  /// All charts laid flat; those that lie over themselves are cut in two until none does.
  private func flattened(
    _ charts: inout Charts, _ settings: UnwrapSettings, _ work: WorkContext
  ) throws -> [ChartShape] {
    var shapes: [ChartShape] = []
    var waiting = charts.members.indices.filter { !charts.members[$0].isEmpty }
    let density = Float(settings.textureSize) / max(bounds.diagonal, 1e-30)
    while !waiting.isEmpty {
      let (members, axes) = (charts.members, charts.axes)
      let batch = waiting
      let made = try parallelMap(count: batch.count, work) { index in
        let shape = ChartShape(self, members[batch[index]], axis: axes[batch[index]])
        return (shape, members[batch[index]].count > 1 && shape.overlaps(density: density))
      }
      waiting = []
      for (chart, (shape, isDouble)) in zip(batch, made) {
        guard isDouble else {
          shapes.append(shape)
          continue
        }
        let places = zip(charts.members[chart], shape.triangles).map { member, triangle in
          (member, shape.places[Int(triangle.x)].x)
        }
        let table = Dictionary(places, uniquingKeysWith: { first, _ in first })
        charts.split(chart) { table[$0]! }
        waiting += [chart, charts.members.count - 1]
      }
    }
    return shapes
  }

  private func result(
    _ solid: Mesh, _ shapes: [ChartShape], _ packing: Packing?, density: Float, gutter: Int,
    side: Int
  ) -> Unwrapping {
    var sources: [Int] = []
    var uvs: [SIMD2<Float>] = []
    var corners: [SIMD3<UInt32>] = []
    var (covered, stretched, total) = (0.0, 0.0, 0.0)
    for (index, chart) in shapes.enumerated() {
      let shape = packing?.isTurned[index] == true ? chart.turned : chart
      let corner = SIMD2<Float>(packing?.corners[index] ?? .zero) + Float(gutter) + 0.5
      var known: [UInt32: UInt32] = [:]
      for (member, flat) in zip(shape.members, shape.triangles) {
        var triangle = triangles[Int(member)]
        for place in 0..<3 {
          let vertex = triangle[place]
          if known[vertex] == nil {
            known[vertex] = UInt32(sources.count)
            sources.append(Int(vertex))
            // v runs downwards; a mirror image would turn normal maps inside out.
            let pixel = shape.places[Int(flat[place])] * density + corner
            uvs.append(SIMD2(pixel.x, Float(side) - pixel.y) / Float(side))
          }
          triangle[place] = known[vertex]!
        }
        corners.append(triangle)
      }
      for triangle in shape.triangles {
        let measure = solid.stretch(triangle, shape)
        covered += measure.flat * Double(density * density)
        stretched += measure.square * measure.solid
        total += measure.solid
      }
    }
    var streams = attributes.gathered(sources)
    streams.uvs = [uvs] + streams.uvs.dropFirst()
    streams.tangents = []
    let mesh = Mesh(
      unchecked: sources.map { positions[$0] }, triangles: corners, attributes: streams)
    return Unwrapping(
      mesh: mesh, sources: sources, charts: shapes.count,
      coverage: covered / Double(side * side),
      stretch: total > 0 ? (stretched / total).squareRoot() : 1)
  }

  /// Areas of a triangle in the plane and in space, and the mean square of how much longer lengths are in space.
  private func stretch(
    _ t: SIMD3<UInt32>, _ shape: ChartShape
  ) -> (flat: Double, solid: Double, square: Double) {
    let p = (0..<3).map { SIMD3<Double>(positions[Int(shape.vertices[Int(t[$0])])]) }
    let q = (0..<3).map { SIMD2<Double>(shape.places[Int(t[$0])]) }
    let (u, v) = (q[1] - q[0], q[2] - q[0])
    let double = u.x * v.y - u.y * v.x
    let solid = (p[1] - p[0]).cross(p[2] - p[0]).length / 2
    guard double > 1e-30, solid > 0 else { return (max(0, double) / 2, 0, 0) }
    let s = (p[1] - p[0]) * (v.y / double) - (p[2] - p[0]) * (u.y / double)
    let r = (p[2] - p[0]) * (u.x / double) - (p[1] - p[0]) * (v.x / double)
    return (double / 2, solid, (s.lengthSquared + r.lengthSquared) / 2)
  }
}
