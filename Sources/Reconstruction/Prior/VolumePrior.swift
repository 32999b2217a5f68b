import Geometry
import LinearMath
public import Work

/// A solid told by how dense space is, as networks tell it: asked at points, a batch at a time.
///
/// Points lie in the cube from -1 to 1, +y up, the front towards +z.
public struct VolumePrior: ShapePrior {
  /// Above 0 within the solid, for each point.
  private let density: ([SIMD3<Float>]) throws -> [Float]
  /// sRGB codes, 0...255; nil where only the shape is known.
  private let color: (([SIMD3<Float>]) throws -> [SIMD3<Float>])?

  public init(
    density: @escaping ([SIMD3<Float>]) throws -> [Float],
    color: (([SIMD3<Float>]) throws -> [SIMD3<Float>])?
  ) {
    (self.density, self.color) = (density, color)
  }

  public func object(
    _ settings: ReconstructSettings, _ work: WorkContext, _ observer: RebuildObserver
  ) throws -> RebuiltObject {
    observer.enter(.hull)
    let lattice = Lattice(
      around: Box(minimum: .one * -1, maximum: .one), spacing: 2 / Double(settings.resolution))
    let values = try asked(lattice, work)
    for phase in [RebuildPhase.depth, .fusion] { observer.enter(phase) }
    let grid = DistanceGrid(lattice, values: values)
    observer.enter(.surface)
    var mesh = try grid.surface(work).withoutCrumbs(below: 0.01)
    guard !mesh.triangles.isEmpty else {
      throw ReconstructionError(
        "empty-volume",
        "the network finds nothing solid in the picture; --onnx-threshold may be too high")
    }
    observer.enter(.atlas)
    var fewer = DecimateSettings()
    fewer.targetVertices = settings.targetVertices ?? 30_000
    mesh = try mesh.decimated(fewer, work).mesh
    var atlas = UnwrapSettings()
    atlas.textureSize = settings.textureSize
    let flat = try mesh.withSmoothNormals().unwrapped(atlas, work)
    observer.enter(.texture)
    let raster = AtlasRaster(flat.mesh, side: settings.textureSize)
    let texture = GutterFill.picture(try colors(flat.mesh, raster), side: raster.side)
    return RebuiltObject(
      mesh: Self.standing(flat.mesh), texture: texture, matter: nil, unseenShare: 0,
      charts: flat.charts)
  }

  /// How many points are asked for at once.
  private static let batch = 1 << 17

  private func asked(_ lattice: Lattice, _ work: WorkContext) throws -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(lattice.pointCount)
    let counts = lattice.counts
    for start in stride(from: 0, to: lattice.pointCount, by: Self.batch) {
      try work.checkCancelled()
      work.progress.update(Double(start) / Double(lattice.pointCount))
      let end = min(start + Self.batch, lattice.pointCount)
      let points = (start..<end).map { index in
        SIMD3<Float>(
          lattice.place(
            index % counts.x, index / counts.x % counts.y, index / (counts.x * counts.y)))
      }
      values += try density(points).map { $0.isNaN ? -1 : min(max($0, -1e6), 1e6) }
    }
    return values
  }

  private func colors(_ mesh: Mesh, _ raster: AtlasRaster) throws -> [SIMD4<Float>] {
    var colors = [SIMD4<Float>](repeating: .zero, count: raster.side * raster.side)
    let used = raster.triangles.indices.filter { raster.triangles[$0] >= 0 }
    for start in stride(from: 0, to: used.count, by: Self.batch) {
      let pixels = used[start..<min(start + Self.batch, used.count)]
      let points = pixels.map { pixel in
        let corners = mesh.triangles[Int(raster.triangles[pixel])]
        let (v, w) = (raster.weights[pixel].x, raster.weights[pixel].y)
        return mesh.positions[Int(corners.x)] * (1 - v - w) + mesh.positions[Int(corners.y)] * v
          + mesh.positions[Int(corners.z)] * w
      }
      let found = try color?(points)
      for (slot, pixel) in pixels.enumerated() {
        var color = found?[slot] ?? SIMD3(repeating: 190)
        for channel in 0..<3 where !(0...255).contains(color[channel]) {
          color[channel] = color[channel] > 255 ? 255 : 0
        }
        colors[pixel] = SIMD4(color, 1)
      }
    }
    return colors
  }

  /// About the origin, with a longest side of 2.
  private static func standing(_ mesh: Mesh) -> Mesh {
    let bounds = mesh.bounds
    let middle = SIMD3<Double>(bounds.minimum + bounds.maximum) / 2
    let scale = 2 / Double((bounds.maximum - bounds.minimum).max())
    return mesh.transformed(
      by: Matrix4(
        linear: Matrix3(scale: scale),
        translation: middle * -scale))
  }
}
