import Foundation
import Imaging
public import LinearMath
public import Views
public import Work

/// What an engine needs to know beyond scene and light.
struct EngineOptions: Sendable {
  let samples: Int
  let exposure: Float
  let cullBackFaces: Bool
  /// The alpha below which blended surfaces do not count for depth, normals and mask.
  let blendedCutoff: Float
  let normalSpaceFromWorld: Matrix3
  /// The most places of a texture along the longer side of what a pixel sees.
  let anisotropy: Int
  /// What is wanted beside colour, depth and normals.
  var layers: [FrameLayer]
  /// What a sample's light is limited to before samples are averaged.
  let mostLight: Float
}

/// Draws views of one scene. All views have the size of the cameras it was made for.
///
/// Not `Sendable`: it stays on the thread that made it, because a GL context belongs to a thread.
public struct Renderer: ~Copyable {
  /// The seam between what is drawn and who draws it.
  private enum Engine {
    case gl(GLEngine)
    case software(SoftwareEngine, WorkContext)
  }

  private let engine: Engine
  /// The shadow on the ground, where it was asked for apart.
  public let groundShade: GroundShade?

  /// - Parameters:
  ///   - scene: prepared once; the renderer keeps what it needs.
  ///   - settings: engine, samples, light.
  ///   - intrinsics: of every camera that will be drawn.
  ///   - normalSpaceFromWorld: the rotation that normals are written in.
  ///   - layers: what frames shall hold beside colour, depth and normals.
  ///   - groundShadow: whether a shadow lies below the object, as far as 1.7 world units from the middle.
  ///   - shadowApart: whether that is left to `groundShade` and not drawn.
  ///   - work: threads and cancellation.
  public init(
    _ scene: PreparedScene, settings: RenderSettings, intrinsics: Intrinsics,
    normalSpaceFromWorld: Matrix3 = .identity, layers: Set<FrameLayer> = [],
    groundShadow: Bool = false, shadowApart: Bool = false, _ work: WorkContext
  ) throws {
    let options = EngineOptions(
      samples: settings.samples.count, exposure: Float(exp2(settings.exposureStops)),
      cullBackFaces: settings.cullBackFaces, blendedCutoff: settings.blendedSurfaces.cutoff,
      normalSpaceFromWorld: normalSpaceFromWorld, anisotropy: settings.anisotropy,
      layers: FrameLayer.allCases.filter(layers.contains),
      mostLight: layers.contains(.light) ? 60_000 : 1)
    let environment = try Self.environment(settings, work)
    let table = try SpecularTable(work)
    var scene = scene
    if !settings.fileLights { scene.lights = [] }
    if settings.selfShadows || groundShadow {
      scene = try scene.lit(
        by: environment, onItself: settings.selfShadows, onGround: groundShadow, work)
    }
    let shade =
      shadowApart
      ? scene.takeGround().map {
        GroundShade($0, rings: GroundShadow.rings, spokes: GroundShadow.spokes)
      } : nil
    func gl(wantsHardware: Bool) throws -> Engine {
      .gl(
        try GLEngine(
          scene, environment: environment, table: table, options: options, intrinsics: intrinsics,
          threads: work.threads, wantsHardware: wantsHardware))
    }
    func software() throws -> Engine {
      .software(
        try SoftwareEngine(scene, environment: environment, table: table, options: options, work),
        work)
    }
    let engine =
      switch settings.engine {
      case .gl: try gl(wantsHardware: false)
      case .software: try software()
      // A GPU that cannot draw this is as good as none.
      case .auto: try (try? gl(wantsHardware: true)) ?? software()
      }
    (self.engine, groundShade) = (engine, shade)
  }

  /// Which engine draws: `gl` or `software`.
  public var engineName: String {
    switch engine {
    case .gl: "gl"
    case .software: "software"
    }
  }

  /// What the driver calls itself.
  public var deviceName: String {
    switch engine {
    case .gl(let gl): gl.rendererName
    case .software: "processor"
    }
  }

  /// Draws one view.
  public func frame(_ camera: Camera) throws -> Frame {
    switch engine {
    case .gl(let gl): try gl.frame(camera)
    case .software(let software, let work): try software.frame(camera, work)
    }
  }

  /// Draws views, makes something smaller of each, such as files, and hands that on in order on the calling thread.
  ///
  /// The software engine draws as many at once as there are threads; views of very many pixels one by one,
  /// each on all threads, since they take a lot of memory. No more frames than threads are held, or three.
  ///
  /// - Parameters:
  ///   - encode: what is made of a frame and its index; called on any thread.
  ///   - body: takes what was made.
  public func forEachFrame<Encoded: Sendable>(
    _ cameras: [Camera], _ work: WorkContext,
    encode: @escaping @Sendable (Frame, Int) throws -> Encoded,
    _ body: @escaping (Encoded) throws -> Void
  ) throws {
    guard case .software(let software, let all) = engine, let lens = cameras.first?.intrinsics,
      case let atOnce = min(work.threads, software.viewsAtOnce(lens)), atOnce > 1
    else {
      let pipeline = OrderedPipeline<Encoded>(work, depth: 2, consume: body)
      for (index, camera) in cameras.enumerated() {
        try work.checkCancelled()
        let frame = try frame(camera)
        try pipeline.submit { try encode(frame, index) }
      }
      return try pipeline.finish()
    }
    let alone = WorkContext(threads: 1, cancellation: all.cancellation)
    let pipeline = OrderedPipeline<Encoded>(
      WorkContext(
        threads: atOnce, progress: work.progress, cancellation: work.cancellation, log: work.log),
      depth: 2 * atOnce, consume: body)
    for (index, camera) in cameras.enumerated() {
      try pipeline.submit { try encode(software.frame(camera, alone), index) }
    }
    try pipeline.finish()
  }

  private static func environment(
    _ settings: RenderSettings, _ work: WorkContext
  ) throws -> Environment {
    let turn = Float(settings.lightRotationDegrees * .pi / 180)
    guard let path = settings.environment else {
      return try Environment.studio(StudioLight(settings.lighting), turn: turn, work)
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw RenderError(
        "missing-file", "the environment cannot be read", at: path, kind: .unreadableInput)
    }
    do {
      return try Environment.panorama(try ImageFile.decodeRadiance([UInt8](data)), turn: turn, work)
    } catch let error as ImagingError {
      throw RenderError(error.code, error.description, at: path, kind: .unreadableInput)
    }
  }
}
