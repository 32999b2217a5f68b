import CEGL
import LinearMath

/// A vertex and a fragment shader, compiled and linked.
final class GLProgram {
  let name: GLuint

  /// - Parameter defines: preprocessor names that choose a variant.
  init(vertex: String, fragment: String, defines: [String] = []) throws(RenderError) {
    let head = "#version 320 es\n" + defines.map { "#define \($0)\n" }.joined()
    name = glCreateProgram()
    for (kind, source) in [(GL_VERTEX_SHADER, vertex), (GL_FRAGMENT_SHADER, fragment)] {
      let shader = glCreateShader(GLenum(kind))
      defer { glDeleteShader(shader) }
      unsafe (head + source).withCString { text in
        var pointer: UnsafePointer<CChar>? = unsafe text
        unsafe glShaderSource(shader, 1, &pointer, nil)
      }
      glCompileShader(shader)
      var status: GLint = 0
      unsafe glGetShaderiv(shader, GLenum(GL_COMPILE_STATUS), &status)
      guard status == GL_TRUE else {
        throw RenderError("gl-shader", "a shader does not compile: \(Self.shaderLog(shader))")
      }
      glAttachShader(name, shader)
    }
    glLinkProgram(name)
    var status: GLint = 0
    unsafe glGetProgramiv(name, GLenum(GL_LINK_STATUS), &status)
    guard status == GL_TRUE else { throw RenderError("gl-link", "a shader program does not link") }
  }

  deinit { glDeleteProgram(name) }

  func use() { glUseProgram(name) }

  private static func shaderLog(_ shader: GLuint) -> String {
    var length: GLsizei = 0
    var text = [CChar](repeating: 0, count: 2048)
    unsafe glGetShaderInfoLog(shader, 2048, &length, &text)
    return String(decoding: text.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  // MARK: Uniforms, of the program in use

  private func location(_ uniform: String) -> GLint { unsafe glGetUniformLocation(name, uniform) }

  func set(_ uniform: String, _ value: Int) { glUniform1i(location(uniform), GLint(value)) }

  func set(_ uniform: String, _ value: Float) { glUniform1f(location(uniform), value) }

  func set(_ uniform: String, _ value: SIMD3<Float>) {
    glUniform3f(location(uniform), value.x, value.y, value.z)
  }

  func set(_ uniform: String, _ value: SIMD4<Float>) {
    glUniform4f(location(uniform), value.x, value.y, value.z, value.w)
  }

  func set(_ uniform: String, _ values: [SIMD3<Float>]) {
    let flat = values.flatMap { [$0.x, $0.y, $0.z] }
    unsafe glUniform3fv(location(uniform), GLsizei(values.count), flat)
  }

  func set(_ uniform: String, _ values: [SIMD4<Float>]) {
    let flat = values.flatMap { [$0.x, $0.y, $0.z, $0.w] }
    unsafe glUniform4fv(location(uniform), GLsizei(values.count), flat)
  }

  func set(_ uniform: String, _ matrix: Matrix4) {
    let flat = matrix.columnMajor.map { Float($0) }
    unsafe glUniformMatrix4fv(location(uniform), 1, GLboolean(GL_FALSE), flat)
  }

  func set(_ uniform: String, _ matrix: Matrix3) {
    let columns = [matrix.columns.0, matrix.columns.1, matrix.columns.2]
    let flat = columns.flatMap { [Float($0.x), Float($0.y), Float($0.z)] }
    unsafe glUniformMatrix3fv(location(uniform), 1, GLboolean(GL_FALSE), flat)
  }
}
