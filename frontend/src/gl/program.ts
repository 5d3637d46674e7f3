/**
 * Why this file: compiling and linking a WebGL program, with the driver's own words when it refuses. Nothing here waits
 * for the driver until the result is asked for, so that programs compile while data is on its way.
 */

export interface Program {
  readonly handle: WebGLProgram;
  /** Location of a uniform; asked of the driver once. */
  uniform(name: string): WebGLUniformLocation | null;
  /** False while the driver still compiles in the background; throws when it refused. */
  ready(): boolean;
}

function compile(gl: WebGL2RenderingContext, type: number, source: string): WebGLShader {
  const shader = gl.createShader(type);
  if (shader === null) throw new Error("the WebGL context is lost");
  gl.shaderSource(shader, source);
  gl.compileShader(shader);
  return shader;
}

export function createProgram(gl: WebGL2RenderingContext, vertex: string, fragment: string): Program {
  const background = gl.getExtension("KHR_parallel_shader_compile");
  const handle = gl.createProgram();
  const shaders = [compile(gl, gl.VERTEX_SHADER, vertex), compile(gl, gl.FRAGMENT_SHADER, fragment)];
  for (const shader of shaders) gl.attachShader(handle, shader);
  gl.linkProgram(handle);
  const locations = new Map<string, WebGLUniformLocation | null>();
  let linked = false;

  function check(): void {
    linked = true;
    if (gl.getProgramParameter(handle, gl.LINK_STATUS) || gl.isContextLost()) {
      for (const shader of shaders) gl.deleteShader(shader);
      return;
    }
    const words = [...shaders.map((shader) => gl.getShaderInfoLog(shader)), gl.getProgramInfoLog(handle)];
    throw new Error(`the driver refuses a shader: ${words.filter(Boolean).join(" ")}`);
  }

  return {
    handle,
    uniform(name) {
      let location = locations.get(name);
      if (location === undefined) {
        location = gl.getUniformLocation(handle, name);
        locations.set(name, location);
      }
      return location;
    },
    ready() {
      if (linked) return true;
      if (background !== null && !gl.getProgramParameter(handle, background.COMPLETION_STATUS_KHR)) {
        // A lost context answers null; it is restored with new programs.
        return gl.isContextLost();
      }
      check();
      return true;
    },
  };
}
