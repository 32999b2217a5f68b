import CEGL
import Imaging
import Geometry
import LinearMath
import Scenes
import Views
import Work

/// Draws with OpenGL ES: a geometry pass at pixel centres, a colour pass with several samples (opaque and
/// masked surfaces first, blended triangles from back to front), a resolve.
///
/// Stays on the thread that made it.
final class GLEngine {
  /// One surface's part in drawing.
  private struct Item {
    let material: GLMaterial
    let colorVariant: Int
    let geometryVariant: Int
    /// Of the numbers beside the picture, where they are wanted.
    let layerVariant: Int?
  }

  // The context goes last: everything else is freed while it is current.
  private var meshes: [GLMesh] = []
  private var colorPrograms = GLProgramTable(fragment: Shaders.colorFragment)
  private var geometryPrograms = GLProgramTable(fragment: Shaders.geometryFragment)
  private var layerPrograms = GLProgramTable(fragment: Shaders.layersFragment)
  private let textures: GLTextures
  private let specular: GLTexture
  private let specularTable: GLTexture
  private let targets: GLTargets
  private let layerTargets: GLLayerTargets?
  /// Where light comes through something.
  private let behind: GLBehind?
  private let context: EGLContext

  private var items: [Item] = []
  private let blended: BlendOrder
  private let environment: Environment
  private let scene: PreparedScene
  private let options: EngineOptions

  var rendererName: String { context.rendererName }

  init(
    _ scene: PreparedScene, environment: Environment, table: SpecularTable,
    options: EngineOptions, intrinsics: Intrinsics, threads: Int, wantsHardware: Bool
  ) throws {
    let context = try EGLContext(threads: threads, wantsHardware: wantsHardware)
    try Self.checkLimits(intrinsics, options, scene)
    self.context = context
    (self.scene, self.environment, self.options) = (scene, environment, options)
    textures = GLTextures(scene.pictures, anisotropy: options.anisotropy)
    specular = GLTexture(cubes: environment.specular)
    specularTable = GLTexture(table: table)
    targets = try GLTargets(
      width: intrinsics.width, height: intrinsics.height, samples: options.samples,
      keepsLight: options.layers.contains(.light))
    let numbers = options.layers.filter { $0 != .light }
    if numbers.isEmpty {
      layerTargets = nil
    } else {
      layerTargets = try GLLayerTargets(
        numbers, width: intrinsics.width, height: intrinsics.height)
    }
    blended = BlendOrder(scene)
    behind =
      scene.surfaces.contains { $0.material.isTransmissive }
      ? try GLBehind(width: intrinsics.width, height: intrinsics.height) : nil

    for surface in scene.surfaces {
      let material = GLMaterial(
        surface, hasLights: !scene.lights.isEmpty, blendedCutoff: options.blendedCutoff)
      meshes.append(GLMesh(surface))
      items.append(
        Item(
          material: material, colorVariant: try colorPrograms.number(material.colorDefines),
          geometryVariant: try geometryPrograms.number(material.geometryDefines),
          layerVariant: numbers.isEmpty
            ? nil : try layerPrograms.number(material.layerDefines)))
    }
    try Self.checkErrors()
  }

  // What it holds is deleted by names, which are those of the current context.
  deinit { context.makeCurrent() }

  private static func checkErrors() throws(RenderError) {
    let error = glGetError()
    guard error == GLenum(GL_NO_ERROR) else {
      throw RenderError("gl-error", "the driver reports error 0x\(String(error, radix: 16))")
    }
  }

  private static func checkLimits(
    _ intrinsics: Intrinsics, _ options: EngineOptions, _ scene: PreparedScene
  ) throws(RenderError) {
    var limit: GLint = 0
    unsafe glGetIntegerv(GLenum(GL_MAX_TEXTURE_SIZE), &limit)
    guard max(intrinsics.width, intrinsics.height) <= limit else {
      throw RenderError(
        "image-too-large", "the driver draws at most \(limit) pixels a side", kind: .usage)
    }
    if let large = scene.pictures.first(where: { max($0.image.width, $0.image.height) > limit }) {
      throw RenderError(
        "texture-too-large",
        "a texture has \(large.image.width) x \(large.image.height) pixels; the driver takes at most \(limit) a side, and --engine software any",
        kind: .usage)
    }
    var most: GLint = 0
    unsafe glGetInternalformativ(
      GLenum(GL_TEXTURE_2D_MULTISAMPLE), GLenum(GL_SRGB8_ALPHA8), GLenum(GL_SAMPLES), 1, &most)
    guard options.samples <= most else {
      throw RenderError(
        "too-many-samples",
        "this driver takes at most \(most) samples a pixel; \(options.samples) are asked for",
        kind: .usage)
    }
  }

  // MARK: Drawing

  /// Draws one view.
  func frame(_ camera: Camera) throws -> Frame {
    context.makeCurrent()
    glEnable(GLenum(GL_DEPTH_TEST))
    glDepthFunc(GLenum(GL_LESS))
    glFrontFace(GLenum(GL_CW))  // clip space is upside down
    glDisable(GLenum(GL_BLEND))
    let view = ViewTransforms(
      camera, hasGround: scene.surfaces.contains { $0.material.isShadow })
    drawGeometry(view)
    drawColor(view)
    let layers = drawLayers(view)
    let frame = targets.read(camera: camera, layers: layers)
    try Self.checkErrors()
    return frame
  }

  private func drawGeometry(_ view: ViewTransforms) {
    targets.beginGeometry()
    drawCenters(geometryPrograms, view, \.geometryVariant) { program, index in
      items[index].material.applyGeometry(program, textures)
    }
  }

  /// Draws and reads the numbers beside the picture.
  private func drawLayers(_ view: ViewTransforms) -> [FrameLayer: [Float]] {
    guard let layerTargets else { return [:] }
    layerTargets.begin()
    drawCenters(layerPrograms, view, \.layerVariant) { program, index in
      items[index].material.applyColor(program, textures)
      program.set("u_object", Float(index + 1))
    }
    return layerTargets.read()
  }

  /// Draws every surface with one sample a pixel.
  private func drawCenters(
    _ table: GLProgramTable, _ view: ViewTransforms, _ variantOf: (Item) -> Int?,
    _ apply: (GLProgram, _ index: Int) -> Void
  ) {
    for (variant, program) in table.programs.enumerated() {
      program.use()
      view.apply(program)
      program.set("u_spaceFromWorld", options.normalSpaceFromWorld)
      for (index, item) in items.enumerated() where variantOf(item) == variant {
        cull(item)
        apply(program, index)
        meshes[index].draw()
      }
    }
  }

  private func drawColor(_ view: ViewTransforms) {
    targets.beginColor()
    drawSolid(view) { !$0.isTransmissive }
    if let behind {
      targets.take(into: behind)
      drawSolid(view) { $0.isTransmissive }
    }
    drawBlended(view)
  }

  private func drawSolid(_ view: ViewTransforms, where isDrawn: (PreparedMaterial) -> Bool) {
    for (variant, program) in colorPrograms.programs.enumerated() {
      let members = items.indices.filter {
        let material = items[$0].material.material
        return items[$0].colorVariant == variant && !material.isBlended && isDrawn(material)
      }
      guard !members.isEmpty else { continue }
      applyLight(program, view)
      for index in members {
        cull(items[index])
        items[index].material.applyColor(program, textures)
        meshes[index].draw()
      }
    }
  }

  /// Blended triangles of all surfaces, farthest first, over what is already there.
  private func drawBlended(_ view: ViewTransforms) {
    guard !blended.isEmpty else { return }
    glEnable(GLenum(GL_BLEND))
    glBlendFunc(GLenum(GL_ONE), GLenum(GL_ONE_MINUS_SRC_ALPHA))
    glDepthMask(GLboolean(GL_FALSE))
    let order = blended.sorted(eye: view.eye)
    for (surface, triangles) in order.triangles { meshes[surface].reorder(triangles) }
    for run in order.runs {
      let item = items[run.surface]
      let program = colorPrograms.programs[item.colorVariant]
      applyLight(program, view)
      cull(item)
      item.material.applyColor(program, textures)
      meshes[run.surface].draw(run.range)
    }
    glDepthMask(GLboolean(GL_TRUE))
    glDisable(GLenum(GL_BLEND))
  }

  private func cull(_ item: Item) {
    let material = item.material.material
    if options.cullBackFaces && !material.source.isDoubleSided || material.isShadow {
      glEnable(GLenum(GL_CULL_FACE))
    } else {
      glDisable(GLenum(GL_CULL_FACE))
    }
  }

  private func applyLight(_ program: GLProgram, _ view: ViewTransforms) {
    program.use()
    view.apply(program)
    program.set("u_exposure", options.exposure)
    program.set("u_mostLight", options.mostLight)
    program.set("u_irradiance", environment.irradiance)
    program.set("u_specularLevels", Float(environment.specular.count - 1))
    specular.bind(unit: GLMaterial.Unit.environment)
    specularTable.bind(unit: GLMaterial.Unit.specularTable)
    program.set("u_specular", GLMaterial.Unit.environment)
    program.set("u_specularTable", GLMaterial.Unit.specularTable)
    behind?.bind(unit: GLMaterial.Unit.behind)
    program.set("u_behind", GLMaterial.Unit.behind)
    applyLights(program)
  }

  /// Sets the lights of the file.
  private func applyLights(_ program: GLProgram) {
    let lights = scene.lights
    if lights.isEmpty { return }
    program.set("u_lightCount", lights.count)
    program.set(
      "u_lightPlaces", lights.map { SIMD4<Float>($0.place, $0.isDirectional ? 1 : 0) })
    program.set("u_lightDirections", lights.map { SIMD4<Float>($0.direction, $0.nearness) })
    program.set("u_lightColors", lights.map { SIMD4<Float>($0.color, 0) })
    program.set("u_lightCones", lights.map { SIMD4<Float>($0.cone.x, $0.cone.y, 0, 0) })
  }
}
