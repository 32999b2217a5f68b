import Datasets
import Glibc
import Imaging
import Geometry
import LinearMath
import Operations
import Rendering
import Settings
import Views
import Work

// The functions of maquette.h, which says what they take and give.

/// Never freed.
private nonisolated(unsafe) let version = unsafe strdup(maquetteVersion)

@c(maquette_version) public func libraryVersion() -> UnsafePointer<CChar>? {
  unsafe UnsafePointer(version)
}

/// A result that the caller frees.
private func handed(
  _ work: WorkContext, _ body: () throws -> CallResult
) -> UnsafeMutableRawPointer {
  let result: CallResult
  do { result = try body() } catch { result = CallResult(failure: error, work.log) }
  return unsafe Unmanaged.passRetained(result).toOpaque()
}

@c(maquette_run) public func run(
  _ verb: UnsafePointer<CChar>?, _ settings: UnsafePointer<CChar>?,
  _ inputs: UnsafePointer<UnsafePointer<CChar>?>?, _ output: UnsafePointer<CChar>?, _ seed: UInt64,
  _ progress: (@convention(c) (Double, UnsafeMutableRawPointer?) -> Int32)?,
  _ context: UnsafeMutableRawPointer?
) -> UnsafeMutableRawPointer {
  let work = unsafe WorkContext(progress, context)
  return unsafe handed(work) {
    let name = unsafe Arguments.text(verb) ?? ""
    guard let found = Catalogue.verb(named: name) else {
      throw UsageError("there is no verb \"\(name)\"")
    }
    var paths: [String] = []
    while let path = unsafe inputs?[paths.count] { paths.append(unsafe String(cString: path)) }
    let target = unsafe Arguments.text(output)
    guard target != "-" else { throw UsageError("a call has no standard output; give a path") }
    try found.checkPaths(paths, target)
    let layer = SettingsLayer.json(unsafe try Arguments.settings(settings), source: "the call")
    let result = try found.run([layer], paths, target, try Arguments.seed(seed), nil, work)
    return CallResult(
      result: result.result, outputs: result.outputs, unmet: result.unmetGuarantee, work.log)
  }
}

@c(maquette_mesh) public func mesh(
  _ verb: UnsafePointer<CChar>?, _ settings: UnsafePointer<CChar>?,
  _ positions: UnsafePointer<Float>?, _ vertices: Int, _ indices: UnsafePointer<UInt32>?,
  _ triangles: Int, _ seed: UInt64,
  _ progress: (@convention(c) (Double, UnsafeMutableRawPointer?) -> Int32)?,
  _ context: UnsafeMutableRawPointer?
) -> UnsafeMutableRawPointer {
  let work = unsafe WorkContext(progress, context)
  return unsafe handed(work) {
    let mesh = try unsafe Arguments.mesh(positions, vertices, indices, triangles)
    let made = try Catalogue.make(
      unsafe Arguments.text(verb) ?? "", mesh, settings: unsafe try Arguments.settings(settings),
      seed: try Arguments.seed(seed), work)
    let result = CallResult(result: made.result, unmet: made.unmetGuarantee, work.log)
    result.lend(
      made.mesh.positions, as: "vertices", type: .float32, shape: [made.mesh.positions.count, 3],
      rowStride: MemoryLayout<SIMD3<Float>>.stride)
    result.lend(
      made.mesh.triangles, as: "triangles", type: .uint32, shape: [made.mesh.triangles.count, 3],
      rowStride: MemoryLayout<SIMD3<UInt32>>.stride)
    result.lend(made.sources, as: "sources", type: .int64, shape: [made.sources.count])
    return result
  }
}

@c(maquette_render) public func render(
  _ settings: UnsafePointer<CChar>?, _ model: UnsafePointer<CChar>?,
  _ positions: UnsafePointer<Float>?, _ vertices: Int, _ indices: UnsafePointer<UInt32>?,
  _ triangles: Int, _ progress: (@convention(c) (Double, UnsafeMutableRawPointer?) -> Int32)?,
  _ context: UnsafeMutableRawPointer?
) -> UnsafeMutableRawPointer {
  let work = unsafe WorkContext(progress, context)
  return unsafe handed(work) {
    let layer = SettingsLayer.json(unsafe try Arguments.settings(settings), source: "the call")
    let options = try RenderStillsSettings(layers: [layer])
    guard options.background == nil, options.aov.isEmpty, options.format == nil else {
      throw UsageError(
        "background, aov and format are of pictures that are written; these have alpha, and depth beside them"
      )
    }
    let model = try unsafe Arguments.model(model, positions, vertices, indices, triangles)
    work.progress.declare(StillViews.phases + [("render", 8)])
    let stage = try StillViews(model, options, work)
    work.progress.enter("render")
    var (colors, depths, cameras): ([UInt8], [Float], [Double]) = ([], [], [])
    var done = 0
    try stage.renderer.forEachFrame(stage.cameras, work, encode: { frame, _ in frame }) { frame in
      colors += frame.color.rgba8().bytes
      depths += frame.depth
      cameras += frame.camera.worldFromCamera.rows.flatMap(\.self)
      done += 1
      work.progress.update(Double(done) / Double(stage.cameras.count))
    }
    let (count, lens) = (stage.cameras.count, stage.cameras[0].intrinsics)
    let result = CallResult(result: lens.json, work.log)
    result.lend(colors, as: "color", type: .uint8, shape: [count, lens.height, lens.width, 4])
    result.lend(depths, as: "depth", type: .float32, shape: [count, lens.height, lens.width])
    result.lend(cameras, as: "cameras", type: .float64, shape: [count, 4, 4])
    return result
  }
}

extension Intrinsics {
  fileprivate var json: JSONValue {
    [
      "width": .integer(width), "height": .integer(height), "fl_x": .number(focalX),
      "fl_y": .number(focalY), "cx": .number(centerX), "cy": .number(centerY),
    ]
  }
}

// MARK: Views

/// A training set's views that are open.
private final class OpenViews {
  let planned: PlannedViews
  let work: WorkContext
  init(_ planned: PlannedViews, _ work: WorkContext) {
    (self.planned, self.work) = (planned, work)
  }
}

@c(maquette_open_views) public func openViews(
  _ settings: UnsafePointer<CChar>?, _ model: UnsafePointer<CChar>?,
  _ positions: UnsafePointer<Float>?, _ vertices: Int, _ indices: UnsafePointer<UInt32>?,
  _ triangles: Int, _ seed: UInt64,
  _ progress: (@convention(c) (Double, UnsafeMutableRawPointer?) -> Int32)?,
  _ context: UnsafeMutableRawPointer?, _ failure: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> UnsafeMutableRawPointer? {
  let work = unsafe WorkContext(progress, context)
  do {
    let layer = SettingsLayer.json(unsafe try Arguments.settings(settings), source: "the call")
    let asked = try ExportDatasetSettings(layers: [layer])
    guard asked.shard == nil, asked.hdf5 == nil, asked.contactSheet == nil, asked.report == nil,
      !asked.resume
    else {
      throw UsageError("shard, hdf5, contactSheet, report and resume are of sets that are written")
    }
    let seed = try Arguments.seed(seed)
    let name = unsafe Arguments.text(model).map(ExportDatasetSettings.setName) ?? "mesh"
    let model = try unsafe Arguments.model(model, positions, vertices, indices, triangles)
    let options = try asked.lit(name: name, seed: seed)
    work.progress.declare(PlannedViews.phases)
    let views = OpenViews(try PlannedViews(model, options, seed: seed, work), work)
    return unsafe Unmanaged.passRetained(views).toOpaque()
  } catch {
    unsafe failure?.pointee = Unmanaged.passRetained(CallResult(failure: error, work.log))
      .toOpaque()
    return nil
  }
}

@c(maquette_views_count) public func viewsCount(_ views: UnsafeRawPointer) -> Int {
  unsafe Unmanaged<OpenViews>.fromOpaque(views).takeUnretainedValue().planned.views.count
}

@c(maquette_view) public func view(
  _ views: UnsafeMutableRawPointer, _ index: Int
) -> UnsafeMutableRawPointer {
  let open = unsafe Unmanaged<OpenViews>.fromOpaque(views).takeUnretainedValue()
  return unsafe handed(open.work) {
    guard open.planned.views.indices.contains(index) else {
      throw UsageError("there is no view \(index); there are \(open.planned.views.count)")
    }
    let view = open.planned.views[index]
    let frame = try open.planned.renderer.frame(view.camera)
    let lens = view.camera.intrinsics
    guard case .object(let members) = lens.json else {
      return CallResult(result: .null, open.work.log)
    }
    let result = CallResult(
      result: .object([("split", .string(view.split.rawValue))] + members), open.work.log)
    result.lend(
      frame.color.rgba8().bytes, as: "color", type: .uint8, shape: [lens.height, lens.width, 4])
    result.lend(frame.depth, as: "depth", type: .float32, shape: [lens.height, lens.width])
    result.lend(
      frame.surface.bytes, as: "normal", type: .uint8,
      shape: [lens.height, lens.width, frame.surface.channels])
    result.lend(
      Conventions.transformMatrix(view.camera).rows.flatMap(\.self), as: "camera", type: .float64,
      shape: [4, 4])
    return result
  }
}

@c(maquette_close_views) public func closeViews(_ views: UnsafeMutableRawPointer?) {
  if let views = unsafe views { unsafe Unmanaged<OpenViews>.fromOpaque(views).release() }
}

// MARK: Results

private func result(_ pointer: UnsafeRawPointer) -> CallResult {
  unsafe Unmanaged<CallResult>.fromOpaque(pointer).takeUnretainedValue()
}

@c(maquette_result_status) public func resultStatus(_ pointer: UnsafeRawPointer) -> Int32 {
  unsafe result(pointer).status
}

@c(maquette_result_json) public func resultJSON(_ pointer: UnsafeRawPointer) -> UnsafePointer<
  CChar
>? {
  unsafe UnsafePointer(result(pointer).json)
}

@c(maquette_result_array) public func resultArray(
  _ pointer: UnsafeRawPointer, _ name: UnsafePointer<CChar>?, _ array: UnsafeMutableRawPointer
) -> Int32 {
  guard let lent = unsafe result(pointer).arrays[Arguments.text(name) ?? ""] else { return 0 }
  // `maquette_array`: a pointer, two numbers of 32 bits, and twice four of 64.
  unsafe array.storeBytes(of: lent.pointer, as: UnsafeRawPointer?.self)
  unsafe array.storeBytes(of: lent.type, toByteOffset: 8, as: Int32.self)
  unsafe array.storeBytes(of: Int32(lent.shape.count), toByteOffset: 12, as: Int32.self)
  for index in 0..<4 {
    let (count, stride) =
      index < lent.shape.count ? (lent.shape[index], lent.strides[index]) : (0, 0)
    unsafe array.storeBytes(of: Int64(count), toByteOffset: 16 + 8 * index, as: Int64.self)
    unsafe array.storeBytes(of: Int64(stride), toByteOffset: 48 + 8 * index, as: Int64.self)
  }
  return 1
}

@c(maquette_result_free) public func resultFree(_ pointer: UnsafeMutableRawPointer?) {
  if let pointer = unsafe pointer { unsafe Unmanaged<CallResult>.fromOpaque(pointer).release() }
}
