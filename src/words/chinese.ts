/**
 * Chinese words by the concept they stand for, the usual one first: the expander's lexicon of Chinese, and what its
 * training prompts are made of. Other words are read letter by letter: most are made of the same letters.
 */
export const chineseWords: Readonly<Record<string, readonly string[]>> = {
  'colour:red': ['红色', '红', '大红', '赤色', '鲜红', '通红', '深红色'],
  'colour:orange': ['橙色', '橙', '橘色', '橘黄', '桔色'],
  'colour:yellow': ['黄色', '黄', '金黄', '明黄', '淡黄色'],
  'colour:green': ['绿色', '绿', '翠绿', '草绿', '深绿色', '碧绿'],
  'colour:cyan': ['青色', '青', '蓝绿色', '湖蓝', '青绿色'],
  'colour:blue': ['蓝色', '蓝', '天蓝', '深蓝', '宝蓝色'],
  'colour:purple': ['紫色', '紫', '淡紫', '深紫色'],
  'colour:pink': ['粉色', '粉', '粉红', '粉红色', '桃红'],
  'colour:white': ['白色', '白', '雪白'],
  'colour:black': ['黑色', '黑', '乌黑'],
  'colour:grey': ['灰色', '灰'],
  'colour:brown': ['棕色', '褐色'],
  'size:large': ['大', '巨大', '很大', '大号', '大大', '庞大'],
  'size:small': ['小', '很小', '小小', '微小', '小号', '迷你'],
  'material:matte': ['哑光', '木头', '木制', '磨砂', '塑料', '橡胶'],
  'material:metal': ['金属', '钢', '铁', '钢制', '金属制', '不锈钢'],
  'material:glass': ['玻璃', '透明', '水晶', '玻璃制'],
  'shape:ball': ['球', '球体', '圆球', '皮球', '珠子'],
  'shape:cube': ['方块', '立方体', '盒子', '正方体', '箱子'],
  'shape:cylinder': ['圆柱', '圆柱体', '柱子', '圆筒'],
  'shape:cone': ['圆锥', '圆锥体', '锥体', '锥子'],
  'shape:any': ['东西', '物体', '玩意儿'],
  'shape:other': (
    '猫 小猫 狗 小狗 人 男人 女人 孩子 小孩 汽车 车 房子 树 苹果 香蕉 鸟 鱼 马 兔子 老虎 熊 机器人 飞机 船 火车 自行车 花 山 椅子 桌子 ' +
    '西瓜 橙子 鸡 鸭子 猪 牛 羊 大象 猴子 青蛙 蝴蝶 蛋糕 面包 杯子 书 电脑 手机 恐龙 公主 国王 宇航员 老师 医生 城堡 塔'
  ).split(' '),
  'verb:rolls': ['滚', '滚动', '滚过', '滚着'],
  'verb:slides': ['滑', '滑动', '滑行', '滑过'],
  'verb:moves': ['移动', '前进', '走', '跑'],
  'verb:drops': ['掉', '落下', '掉下', '掉落', '下落', '坠落', '摔下来', '从空中落下'],
  'verb:bounces': ['弹', '弹跳', '弹起', '跳动', '蹦'],
  'verb:topples': ['倒', '倒下', '翻倒', '摔倒'],
  'verb:spins': ['旋转', '转圈', '打转', '转动'],
  'verb:rests': ['静止', '不动', '静静地放着', '停放着', '站着不动', '一动不动'],
  'verb:stops': ['停', '停下', '停住', '停止'],
  'verb:splashes': ['溅起水花', '激起波浪'],
  'verb:enters': ['进入画面', '出现', '进入视野'],
  'verb:leaves': ['离开画面', '消失', '离开视野'],
  'verb:pushed': ['被推', '被推开', '被撞开'],
  'verb:hits': ['撞', '撞到', '撞上', '碰到', '撞击', '打中'],
  'verb:passes': ['从后面经过', '绕到后面', '经过'],
  'verb:hides': ['躲', '躲到后面', '藏到后面'],
  'way:left': ['向左', '往左', '朝左', '向左边', '往左边', '到左边'],
  'way:right': ['向右', '往右', '朝右', '向右边', '往右边', '到右边'],
  'way:towards': ['向前', '朝镜头', '向镜头', '朝我们'],
  'way:away': ['向远处', '远离镜头', '往远处'],
  'speed:slowly': ['慢慢', '缓慢', '缓缓', '慢慢地', '慢速'],
  'speed:quickly': ['快速', '飞快地', '迅速', '很快地', '快快地'],
  'times:1': ['一', '一次', '一下'],
  'times:2': ['两', '两次', '两下', '二'],
  'times:3': ['三', '三次', '三下'],
  'times:4': ['四', '很多次', '好几次', '许多次', '多次'],
  'floor:plain': ['灰色地板上', '平地上', '地面上', '普通地面上'],
  'floor:checkered': ['格子地板上', '棋盘格地面上', '方格地砖上'],
  'floor:wood': ['木地板上', '木板上', '木头地面上'],
  'floor:grass': ['草地上', '草坪上', '草丛里'],
  'floor:asphalt': ['马路上', '柏油路上', '湿漉漉的马路上', '公路上'],
  'floor:water': ['水里', '水中', '浅水里', '水池里', '水面上'],
  'light:noon': ['中午', '正午', '白天', '正午时分'],
  'light:sunset': ['日落时', '黄昏', '傍晚', '夕阳下'],
  'light:night': ['夜里', '晚上', '夜晚', '深夜'],
  'sky:clear': ['晴天', '晴空下', '万里无云'],
  'sky:cloudy': ['阴天', '多云', '多云的天空下'],
  'camera:still': ['镜头不动', '镜头静止', '摄像机不动'],
  'camera:orbit': ['镜头环绕', '镜头绕着转'],
  'camera:orbit left': ['镜头向左环绕'],
  'camera:orbit right': ['镜头向右环绕'],
  'camera:pan': ['镜头平移', '镜头摇动'],
  'camera:pan left': ['镜头向左摇', '镜头向左转'],
  'camera:pan right': ['镜头向右摇', '镜头向右转'],
  'camera:dolly in': ['镜头推近', '镜头拉近', '镜头靠近'],
  'camera:dolly out': ['镜头拉远', '镜头后退'],
}

const rows = Object.entries(chineseWords).flatMap(([concept, words]) =>
  words.map(word => [word, concept] as const),
)
const conceptOf = new Map(rows)
const longest = Math.max(...rows.map(([word]) => word.length))

/** Concepts of a name in the table: what goes to a side says both; how many times is a number. */
const partsOf = (name: string): readonly string[] => {
  const side = / (left|right)$/.exec(name)
  return side ? [name.slice(0, side.index), `way:${side[1]}`] : [name.replace('times:', 'number:')]
}

/** How often each letter stands in words of each concept, as a share of the concepts that it stands in. */
const letters = new Map<string, Map<string, number>>()
for (const [word, name] of rows) {
  for (const letter of new Set(word)) {
    const shares = letters.get(letter) ?? new Map<string, number>()
    for (const concept of partsOf(name)) {
      shares.set(concept, (shares.get(concept) ?? 0) + 1 / chineseWords[name].length)
    }
    letters.set(letter, shares)
  }
}

/** A letter of Chinese text. */
export interface ChineseLetter {
  readonly letter: string
  /** The word of the table that begins here, and the name of its concept. */
  readonly begins?: { readonly word: string; readonly concept: string }
  /** Concepts that it may stand for, from 0 to 1: those of its word surely, else those of words with this letter. */
  readonly evidence: ReadonlyMap<string, number>
}

/**
 * Cuts Chinese text into letters with what each may mean, by the longest words of the table.
 * @param knows which words count as known; all when absent
 */
export function cutChinese(text: string, knows: (word: string) => boolean = () => true): ChineseLetter[] {
  const cut: ChineseLetter[] = []
  for (let at = 0; at < text.length; ) {
    let length = Math.min(longest, text.length - at)
    const isWord = () => conceptOf.has(text.slice(at, at + length)) && knows(text.slice(at, at + length))
    while (length > 1 && !isWord()) length--
    const word = text.slice(at, at + length)
    const concept = isWord() ? conceptOf.get(word) : undefined
    for (const [i, letter] of [...word].entries()) {
      const shares = letters.get(letter) ?? new Map<string, number>()
      const most = Math.max(0.3, ...shares.values())
      const evidence = new Map([...shares].map(([name, share]) => [name, (0.7 * share) / most]))
      if (concept) for (const name of partsOf(concept)) evidence.set(name, 1)
      cut.push({ letter, evidence, ...(i === 0 && concept && { begins: { word, concept } }) })
    }
    at += length
  }
  return cut
}
