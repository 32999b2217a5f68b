import CEGL
import Imaging
import LinearMath
import Views

/// What a view is drawn into, and how it comes back: a colour target with several samples, a geometry
/// target with one sample at the pixel centre, and the resolved picture.
///
/// Clip space is turned upside down while drawing, so that rows come back from the top.
struct GLTargets: ~Copyable {
  let width: Int
  let height: Int
  let samples: Int
  private let colorSamples, colorDepth, surface, depth, surfaceDepth, resolved: GLTexture
  private let colorFramebuffer, geometryFramebuffer, resolvedFramebuffer: GLFramebuffer
  private let resolve: GLProgram
  private let emptyArray: GLVertexArray

  /// Resolved light without a limit, where that is wanted.
  private let light: GLTexture?
  private let keepsLight: Bool

  init(width: Int, height: Int, samples: Int, keepsLight: Bool) throws(RenderError) {
    func texture(_ format: Int32, samples: Int = 1) -> GLTexture {
      GLTexture(attachment: format, width: width, height: height, samples: samples)
    }
    let colorSamples = texture(
      keepsLight ? GL_RGBA16F : GL_SRGB8_ALPHA8, samples: samples)
    let colorDepth = texture(GL_DEPTH_COMPONENT24, samples: samples)
    let surface = texture(GL_RGBA8)
    let depth = texture(GL_R32F)
    let surfaceDepth = texture(GL_DEPTH_COMPONENT24)
    let resolved = texture(GL_RGBA8)
    let colorFramebuffer = try GLFramebuffer(
      colors: [(colorSamples.name, colorSamples.target)],
      depth: (colorDepth.name, colorDepth.target))
    let geometryFramebuffer = try GLFramebuffer(
      colors: [(surface.name, surface.target), (depth.name, depth.target)],
      depth: (surfaceDepth.name, surfaceDepth.target))
    var resolvedColors = [(resolved.name, resolved.target)]
    let light: GLTexture?
    if keepsLight {
      let floats = texture(GL_RGBA32F)
      resolvedColors.append((floats.name, floats.target))
      light = consume floats
    } else {
      light = nil
    }
    let resolvedFramebuffer = try GLFramebuffer(colors: resolvedColors, depth: nil)
    let resolve = try GLProgram(
      vertex: Shaders.fullScreenVertex, fragment: Shaders.resolveFragment)

    (self.width, self.height, self.samples) = (width, height, samples)
    self.colorSamples = colorSamples
    self.colorDepth = colorDepth
    self.surface = surface
    self.depth = depth
    self.surfaceDepth = surfaceDepth
    self.resolved = resolved
    self.colorFramebuffer = colorFramebuffer
    self.geometryFramebuffer = geometryFramebuffer
    self.resolvedFramebuffer = resolvedFramebuffer
    self.resolve = resolve
    self.light = light
    self.keepsLight = keepsLight
    emptyArray = GLVertexArray()
  }

  func beginGeometry() { geometryFramebuffer.begin(width: width, height: height) }

  /// Keeps the color that has been drawn so far; more can be drawn over it.
  func take(into behind: GLBehind) {
    behind.take(colorSamples, count: samples)
    colorFramebuffer.bind()
  }

  func beginColor() { colorFramebuffer.begin(width: width, height: height) }

  /// Resolves the colour samples and reads everything back.
  func read(camera: Camera, layers: [FrameLayer: [Float]]) -> Frame {
    resolvedFramebuffer.bind()
    glDisable(GLenum(GL_DEPTH_TEST))
    glDisable(GLenum(GL_BLEND))
    glDisable(GLenum(GL_CULL_FACE))
    resolve.use()
    colorSamples.bind(unit: 0)
    surface.bind(unit: 1)
    resolve.set("u_samples", 0)
    resolve.set("u_surface", 1)
    resolve.set("u_count", samples)
    emptyArray.bind()
    glDrawArrays(GLenum(GL_TRIANGLES), 0, 3)

    glPixelStorei(GLenum(GL_PACK_ALIGNMENT), 1)
    let color = rgba(resolvedFramebuffer, attachment: 0)
    let surfaces = rgba(geometryFramebuffer, attachment: 0)
    var layers = layers
    if keepsLight {
      layers[.light] = resolvedFramebuffer.floats(attachment: 1, width: width, height: height)
    }
    return Frame(
      camera: camera, color: color, depth: depths(), surface: surfaces, layers: layers)
  }

  /// The depth attachment. Every driver gives floats as RGBA; only some give one channel alone, which is
  /// a quarter of the bytes.
  private func depths() -> [Float] {
    geometryFramebuffer.bind()
    glReadBuffer(GLenum(GL_COLOR_ATTACHMENT1))
    var (format, type): (GLint, GLint) = (0, 0)
    unsafe glGetIntegerv(GLenum(GL_IMPLEMENTATION_COLOR_READ_FORMAT), &format)
    unsafe glGetIntegerv(GLenum(GL_IMPLEMENTATION_COLOR_READ_TYPE), &type)
    let channels = format == GL_RED && type == GL_FLOAT ? 1 : 4
    var values = [Float](repeating: 0, count: channels * width * height)
    unsafe glReadPixels(
      0, 0, GLsizei(width), GLsizei(height), GLenum(channels == 1 ? GL_RED : GL_RGBA),
      GLenum(GL_FLOAT), &values)
    return channels == 1 ? values : stride(from: 0, to: values.count, by: 4).map { values[$0] }
  }

  private func rgba(_ framebuffer: borrowing GLFramebuffer, attachment: Int32) -> Image {
    framebuffer.bind()
    glReadBuffer(GLenum(GL_COLOR_ATTACHMENT0 + attachment))
    var bytes = [UInt8](repeating: 0, count: 4 * width * height)
    unsafe glReadPixels(
      0, 0, GLsizei(width), GLsizei(height), GLenum(GL_RGBA), GLenum(GL_UNSIGNED_BYTE), &bytes)
    return Image(width: width, height: height, channels: 4, bytes: bytes)
  }
}
