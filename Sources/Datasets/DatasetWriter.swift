public import Settings
public import Views
public import Work

/// Takes frames and writes a training set. Frames are encoded on other threads and written in order,
/// with a bounded number in flight; whatever the thread count, the same frames give the same bytes.
public final class DatasetWriter {
  private let settings: DatasetSettings
  private let sink: any DatasetSink
  private let encoders: OrderedPipeline<[(name: String, bytes: [UInt8])]>
  private var cameras: [Camera] = []

  /// Frames that wait to be encoded hold at most about this many bytes.
  private static let waitingBytes = 256 << 20

  /// - Parameters:
  ///   - target: the archive or folder that will be there after `finish`.
  ///   - settings: layout, background, points.
  ///   - frameBytes: about what one frame takes in memory; bounds how many may wait.
  ///   - work: threads that encode, and cancellation.
  public init(
    to target: DatasetTarget, settings: DatasetSettings, frameBytes: Int, _ work: WorkContext
  ) throws {
    self.settings = settings
    let sink = try makeDatasetSink(target)
    self.sink = sink
    let depth = max(2, min(work.threads + 1, Self.waitingBytes / max(1, frameBytes)))
    encoders = OrderedPipeline(work, depth: depth) { files in
      for (name, bytes) in files { try sink.add(name, bytes) }
    }
  }

  /// Adds the next view.
  public func append(_ frame: Frame) throws {
    let files = FrameFiles(index: cameras.count)
    cameras.append(frame.camera)
    let background = settings.background
    try encoders.submit { try files.encoded(frame, background: background) }
  }

  /// Writes poses, points and the manifest, and puts the set in its place.
  ///
  /// - Parameters:
  ///   - points: in the set's coordinates.
  ///   - model: from the source's coordinates to the set's, before the turn to +z up.
  ///   - manifest: what `manifest.json` says.
  public func finish(
    points: [DatasetPoint], model: ModelTransform, manifest: JSONValue
  ) throws {
    try encoders.finish()
    try sink.add(
      "transforms.json", Array(TransformsJSON.text(cameras: cameras, model: model).utf8))
    try sink.add("points3D.ply", PointsPLY.bytes(points))
    for (name, bytes) in ColmapModel.files(cameras: cameras, points: points) {
      try sink.add(name, bytes)
    }
    try sink.add("manifest.json", Array((manifest.text(pretty: true) + "\n").utf8))
    try sink.finish()
  }

  /// What every file of a set means, for its manifest.
  public static func conventions(_ settings: DatasetSettings) -> JSONValue {
    let images =
      settings.background == .transparent
      ? "8-bit sRGB, straight alpha, black where alpha is 0"
      : "8-bit sRGB, composited over \(settings.background.rawValue)"
    return .object(
      [
        ("world", "right-handed, +z up; the object's bounding sphere has radius 1 at the origin"),
        ("poses", "camera to world, OpenGL axes: +x right, +y up, looking along -z"),
        ("images", images),
        ("depth", "255 at the near side of the bounding sphere to 1 at the far side, 0: none"),
        ("depth_16bit", "planar depth at the pixel centre in thousandths of the radius, 0: none"),
        (
          "normals",
          "world space at the pixel centre, 127.5 n + 127.5, towards the camera, interpolated from "
            + "the vertices without normal map, 0: none"
        ),
        (
          "masks",
          "255 where the pixel centre hits a surface with an alpha of at least one half, or as "
            + "blendedSurfaces says"
        ),
      ].map { (key: $0.0, value: .string($0.1)) })
  }
}
