import Imaging
import LinearMath
import Views
import Work

/// Draws on the processor, without a driver: the triangles before the camera sorted into tiles, in each tile
/// what is nearest at every sample (a visibility buffer: Burns and Hunt, "The visibility buffer", 2013),
/// then the light of what is seen, eight places at a time. The same bytes on any number of threads.
struct SoftwareEngine: Sendable {
  private let scene: SoftwareScene
  private let shading: SurfaceShading
  private let pattern: SamplePattern
  private let options: EngineOptions

  init(
    _ scene: PreparedScene, environment: Environment, table: SpecularTable, options: EngineOptions,
    _ work: WorkContext
  ) throws {
    self.scene = try SoftwareScene(scene, options, work)
    shading = SurfaceShading(environment, table, scene.lights, options)
    pattern = SamplePattern(count: options.samples)
    self.options = options
  }

  /// Views that are drawn at once take at most about this many bytes, where one alone does not take more.
  private static let viewBytes = 300_000_000

  /// How many views may be drawn at once: each holds its samples, its numbers and its triangles.
  func viewsAtOnce(_ lens: Intrinsics) -> Int {
    let numbers = options.layers.reduce(0) { $0 + $1.channels }
    let bytes = (36 + 12 * numbers) * lens.width * lens.height + 100 * scene.solidTriangles
    return max(1, Self.viewBytes / max(1, bytes))
  }

  /// Draws one view.
  func frame(_ camera: Camera, _ work: WorkContext) throws -> Frame {
    var shading = shading
    if scene.isTransmissive {
      // What stands behind what lets light through is drawn first.
      var options = options
      options.layers = [.light]
      let opaque = SoftwareView(scene, shading, pattern, camera, options, onlyOpaque: true)
      shading.behind = PictureBehind(
        light: try paint(opaque, camera, work).layers[.light]!, width: camera.intrinsics.width,
        height: camera.intrinsics.height, columns: opaque.columns)
    }
    return try paint(SoftwareView(scene, shading, pattern, camera, options), camera, work)
  }

  private func paint(
    _ view: SoftwareView, _ camera: Camera, _ work: WorkContext
  ) throws -> Frame {
    let lens = camera.intrinsics
    let bands = try parallelMap(count: view.solidBins.rows, work) { row in
      var band = PictureBand(
        width: lens.width, rows: min(TileBuffer.side, lens.height - row * TileBuffer.side),
        layers: view.layers)
      var painter = TilePainter(view)
      for column in 0..<view.solidBins.columns {
        painter.paint(row: row, column: column, into: &band)
      }
      return band
    }
    func image(_ bytes: [UInt8]) -> Image {
      Image(width: lens.width, height: lens.height, channels: 4, bytes: bytes)
    }
    return Frame(
      camera: camera, color: image(bands.flatMap { $0.color }), depth: bands.flatMap { $0.depth },
      surface: image(bands.flatMap { $0.surface }),
      layers: Dictionary(
        uniqueKeysWithValues: view.layers.enumerated().map { number, layer in
          (layer, bands.flatMap { $0.layers[number] })
        }))
  }
}

/// Everything about one view that its tiles share.
struct SoftwareView: Sendable {
  let scene: SoftwareScene
  let shading: SurfaceShading
  let pattern: SamplePattern
  let lens: Intrinsics
  let solid, blended: [ScreenTriangle]
  let solidBins, blendedBins: TileBins
  let layers: [FrameLayer]
  /// From world coordinates to pixels times depth, and depth.
  let columns: (SIMD4<Float>, SIMD4<Float>, SIMD4<Float>, SIMD4<Float>)
  private let space: (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>)
  /// The way to the eye from what a pixel shows: at the image's corner, and its change per pixel.
  private let ray: (SIMD3<Float>, right: SIMD3<Float>, down: SIMD3<Float>)

  init(
    _ scene: SoftwareScene, _ shading: SurfaceShading, _ pattern: SamplePattern, _ camera: Camera,
    _ options: EngineOptions, onlyOpaque: Bool = false
  ) {
    (self.scene, self.shading, self.pattern, lens) = (scene, shading, pattern, camera.intrinsics)
    layers = options.layers
    let geometry = ScreenGeometry(
      scene, camera, cullBackFaces: options.cullBackFaces, onlyOpaque: onlyOpaque)
    columns = geometry.columns
    (solid, blended) = (geometry.solid, geometry.blended)
    solidBins = TileBins(solid, width: lens.width, height: lens.height)
    blendedBins = TileBins(blended, width: lens.width, height: lens.height)
    let matrix = options.normalSpaceFromWorld.columns
    space = (SIMD3<Float>(matrix.0), SIMD3<Float>(matrix.1), SIMD3<Float>(matrix.2))
    let turn = camera.worldFromCamera.linear.columns
    let right = turn.0 / lens.focalX
    let down = turn.1 / -lens.focalY
    let corner = right * -lens.centerX + down * -lens.centerY - turn.2
    ray = (SIMD3<Float>(-corner), SIMD3<Float>(-right), SIMD3<Float>(-down))
  }

  /// A normal in the space that the pictures of normals are in.
  @inline(__always)
  func normalSpaceFromWorld(_ normal: SIMD3<Float>) -> SIMD3<Float> {
    let first: SIMD3<Float> = space.0 * normal.x + space.1 * normal.y
    return first + space.2 * normal.z
  }

  /// Unit vectors from what is seen at some places to the eye.
  @inline(__always)
  func towardsEye(_ x: SIMD8<Float>, _ y: SIMD8<Float>) -> Lanes3 {
    let (start, right, down) = ray
    let way = Lanes3(repeating: start) + Lanes3(repeating: right) * x + Lanes3(repeating: down) * y
    return way * (1 / way.lengthSquared.roots)
  }

  /// Where a sample of a run of eight pixels is, in pixels.
  @inline(__always)
  func places(
    _ tile: SIMD2<Int32>, row: Int, run: Int, _ offset: SIMD2<Float>
  ) -> (x: SIMD8<Float>, y: SIMD8<Float>) {
    let ramp = SIMD8<Float>(0, 1, 2, 3, 4, 5, 6, 7)
    let left = Float(tile.x) + Float(run * 8) + 0.5 + offset.x
    return (ramp + left, SIMD8(repeating: Float(tile.y) + Float(row) + 0.5 + offset.y))
  }
}
