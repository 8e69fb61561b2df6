/** ECharts in one file: it loads in an eighth of the time that its several hundred modules take. */
declare module 'echarts/dist/echarts.esm.min.mjs' {
  export { init } from 'echarts';
}
